/** The product and its version, as lockfiles and headers show them; a test holds it equal to package.json. */
export const product = "effect-samp"
export const version = "0.1.0"
