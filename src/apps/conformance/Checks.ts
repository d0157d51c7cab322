/** All checks, in the order in which they run, but for those that look back at the others. */
import type { Check } from "./Check.ts"
import { broadcasting } from "./checks/Broadcasting.ts"
import { declaring } from "./checks/Declaring.ts"
import { events } from "./checks/Events.ts"
import { http } from "./checks/Http.ts"
import { places } from "./checks/Places.ts"
import { registering } from "./checks/Registering.ts"
import { replying } from "./checks/Replying.ts"
import { responding } from "./checks/Responding.ts"
import { sending } from "./checks/Sending.ts"
import { subscribing } from "./checks/Subscribing.ts"
import { values } from "./checks/Values.ts"
import { xml } from "./checks/Xml.ts"

/** These checks. */
export const checks: ReadonlyArray<Check> = [
  ...places,
  ...registering,
  ...declaring,
  ...subscribing,
  ...sending,
  ...broadcasting,
  ...responding,
  ...replying,
  ...events,
  ...values,
  ...xml,
  ...http
]
