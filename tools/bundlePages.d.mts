/** Types of bundlePages.mjs, for the tests. */
export declare const pages: string
export declare const readerFile: string
export declare const bundleClient: (file: string) => Promise<void>
export declare const bundleShim: (file: string) => Promise<void>
export declare const bundleScript: (file: string) => Promise<void>
export declare const bundlePages: (directory: string) => Promise<void>
export declare const copyPages: (directory: string) => Promise<void>
