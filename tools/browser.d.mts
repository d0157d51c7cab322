/** Types of browser.mjs, for the tests. */
export declare const client: string
export declare const fullReader: string
export declare const bundleBrowser: (directory: string) => Promise<void>
