/** A screen nobody sees: Xvfb on a display number that it finds free by itself, and pictures of it. */
import { execFile } from "node:child_process"
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"
import type { Home } from "../../interop/support/Home.ts"
import * as Program from "../../interop/support/Program.ts"

/** Where pictures are left for whoever wants to look: GUI_SCREENSHOTS, or a new temporary directory. */
const folder = ((): string => {
  const asked = process.env["GUI_SCREENSHOTS"]
  if (asked === undefined) return mkdtempSync(join(tmpdir(), "samp-gui-"))
  mkdirSync(asked, { recursive: true })
  return asked
})()

/** What the screen shows, as a PNG to look at and as red, green, blue bytes to count. */
export interface Picture {
  readonly png: Buffer
  readonly width: number
  readonly height: number
  readonly pixels: Buffer
}

/** A part of the screen, in pixels from its upper left corner. */
export interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

export interface Screen {
  readonly program: Program.Program
  /** The environment of the programs that are to show on it. */
  readonly env: Record<string, string>
  readonly picture: () => Promise<Picture>
  readonly click: (x: number, y: number) => Promise<void>
  /** Presses a key, by its name in X. */
  readonly press: (key: string) => Promise<void>
}

const width = 1280
const height = 1024
const run = promisify(execFile)

export const start = async (home: Home): Promise<Screen> => {
  const geometry = ["-screen", "0", `${width}x${height}x24`]
  // -displayfd 1: it takes the first free display and prints its number.
  const program = Program.start("Xvfb", ["-displayfd", "1", ...geometry, "-nolisten", "tcp"], {
    env: home.env
  })
  const number = await program.line((line) => /^\d+$/u.test(line), 20_000)
  const env = { ...home.env, DISPLAY: `:${number}` }

  const grab = async (format: string): Promise<Buffer> => {
    const { stdout } = await run("import", ["-window", "root", "-depth", "8", `${format}:-`], {
      env,
      encoding: "buffer",
      maxBuffer: 64 * 1024 * 1024,
      timeout: 20_000
    })
    return stdout
  }
  return {
    program,
    env,
    picture: async () => {
      const pixels = await grab("rgb")
      if (pixels.length !== width * height * 3) throw new Error(`a picture of ${pixels.length} bytes`)
      return { png: await grab("png"), width, height, pixels }
    },
    click: async (x, y) => {
      await run("xdotool", ["mousemove", `${x}`, `${y}`, "click", "1"], { env, timeout: 10_000 })
    },
    press: async (key) => {
      await run("xdotool", ["key", key], { env, timeout: 10_000 })
    }
  }
}

/** Keeps a picture under this name and says where. */
export const keep = (name: string, { png }: Picture): string => {
  const file = join(folder, `gui-${name}.png`)
  writeFileSync(file, png)
  console.info(`the screen: ${file}`)
  return file
}

/** How many different colours a part of the picture has; a blank one has one. */
export const colours = (picture: Picture, box: Box): number => {
  const found = new Set<number>()
  for (let y = box.y; y < box.y + box.height; y++) {
    for (let x = box.x; x < box.x + box.width; x++) {
      found.add(picture.pixels.readUIntBE((y * picture.width + x) * 3, 3))
    }
  }
  return found.size
}

/** How many pixels of a part differ between two pictures. */
export const changes = (before: Picture, after: Picture, box: Box): number => {
  let count = 0
  for (let y = box.y; y < box.y + box.height; y++) {
    for (let x = box.x; x < box.x + box.width; x++) {
      const at = (y * after.width + x) * 3
      if (before.pixels.readUIntBE(at, 3) !== after.pixels.readUIntBE(at, 3)) count++
    }
  }
  return count
}
