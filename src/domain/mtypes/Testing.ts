/** MTypes of JSAMP's testers, handy in tests. */
import { define } from "./Definition.ts"
import { SampInt, SampOpenMap } from "./Scalars.ts"

/**
 * MTY-100: HubTester's echo. Parameters and return values are anything, so they are in `rest`; the message itself may say
 * `test.wait` (milliseconds) and `test.msgid`.
 */
export const testEcho = define({ mtype: "test.echo" })

/** MTY-102: have HubTester's client fail with exactly this `samp.error`. */
export const testFail = define({ mtype: "test.fail", params: { "test.error": SampOpenMap } })

const calc = { params: { a: SampInt, b: SampInt }, result: { x: SampInt } }

/** MTY-103: a + b, by JSAMP's Calculator. */
export const calcIntAdd = define({ mtype: "calc.int.add", ...calc })

/** MTY-103: a - b. */
export const calcIntSub = define({ mtype: "calc.int.sub", ...calc })

/** MTY-103: a * b. */
export const calcIntMul = define({ mtype: "calc.int.mul", ...calc })

/** MTY-103: a / b, cut towards zero. */
export const calcIntDiv = define({ mtype: "calc.int.div", ...calc })
