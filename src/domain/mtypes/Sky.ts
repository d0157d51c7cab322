/** MTypes about positions on the sky, in degrees, ICRS. */
import { define } from "./Definition.ts"
import { SampFloat } from "./Scalars.ts"

const position = { ra: SampFloat, dec: SampFloat }

/** MTY-60: mark this position, or go there. */
export const coordPointAtSky = define({ mtype: "coord.pointAt.sky", params: position })

/** MTY-61: the position at which the receiver points now (Aladin). */
export const coordGetSky = define({ mtype: "coord.get.sky", result: position })
