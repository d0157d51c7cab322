/** Types of bundle.mjs, for the tests. */
export declare const entry: string
export declare const licences: string
export declare const bundle: (directory: string) => Promise<void>
