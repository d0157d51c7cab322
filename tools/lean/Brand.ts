/** Stands in for `effect/Brand` in what web pages load; see Result.ts beside it. */

/** Like `Brand.nominal`: the brand is in the types only. */
export const nominal = () => (value: unknown): unknown => value
