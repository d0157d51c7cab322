/** The user's browser. */
import * as Effect from "effect/Effect"

/** The program that opens what it is given, and arguments before that; undefined where there is nothing to show it on. */
const opener = (
  platform: NodeJS.Platform,
  env: Readonly<Record<string, string | undefined>>
): readonly [string, ...ReadonlyArray<string>] | undefined => {
  if (platform === "darwin") return ["open"]
  if (platform === "win32") return ["rundll32", "url.dll,FileProtocolHandler"]
  return (env["DISPLAY"] ?? "") !== "" || (env["WAYLAND_DISPLAY"] ?? "") !== "" ? ["xdg-open"] : undefined
}

/**
 * Opens a URL in the browser, which goes on when this process has ended. Whatever is in the URL can be read by other users of
 * the machine, in the list of processes.
 *
 * @returns whether there was a program to open it with
 */
export const openInBrowser = (url: string): Effect.Effect<boolean> =>
  Effect.callback((resume) => {
    const [command, ...args] = opener(process.platform, process.env) ?? []
    if (command === undefined) return resume(Effect.succeed(false))
    const { spawn } = process.getBuiltinModule("node:child_process")
    const child = spawn(command, [...args, url], { detached: true, stdio: "ignore" })
    child.once("error", () => resume(Effect.succeed(false)))
    child.once("spawn", () => resume(Effect.succeed(true)))
    child.unref()
  })
