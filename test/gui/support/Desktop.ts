/** A home, a screen and our hub; whatever is started on them ends with them. */
import * as Home from "../../interop/support/Home.ts"
import * as Hubs from "../../interop/support/Hubs.ts"
import type * as Program from "../../interop/support/Program.ts"
import * as Samp from "../../interop/support/Samp.ts"
import { lives } from "./Peers.ts"
import * as Screen from "./Screen.ts"

export interface Desktop {
  readonly home: Home.Home
  readonly screen: Screen.Screen
  readonly hub: Hubs.Hub
  /** Remembers a program, to end it with the desktop. */
  readonly open: (program: Program.Program) => Program.Program
  readonly samp: (...args: ReadonlyArray<string>) => Promise<Samp.Answer>
  readonly close: () => Promise<void>
}

/** INTEROP_HUB=jsamp or astropy puts another hub here, to judge the tests themselves. */
export const open = async (...hubArgs: ReadonlyArray<string>): Promise<Desktop> => {
  const home = Home.make()
  const programs: Array<Program.Program> = []
  const remember = (program: Program.Program): Program.Program => {
    programs.push(program)
    return program
  }
  const screen = await Screen.start(home)
  const hub = await Hubs.start(Hubs.kindUnderTest(), home, ...hubArgs)
  return {
    home,
    screen,
    hub,
    open: remember,
    samp: (...args) => Samp.run(home, ...args),
    close: async () => {
      await Promise.all(programs.map((program) => program.end()))
      // A hub that is gone before is wanted only where a test stopped it: its last words say which it was.
      if (!await lives(hub.program)) console.info(hub.program.stdout() + hub.program.stderr())
      await hub.program.end()
      await screen.program.end()
      home.remove()
    }
  }
}
