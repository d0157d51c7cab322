/**
 * Reads a lockfile once a millisecond until it is told to end, and then says what it saw: how often the file was there,
 * each different text, and each different mode. Mode and text are of the same open file.
 */
import { closeSync, fstatSync, openSync, readSync } from "node:fs"

const [path = ""] = process.argv.slice(2)
const texts = new Set<string>()
const modes = new Set<number>()
let present = 0
let absent = 0

const look = (): void => {
  let file: number
  try {
    file = openSync(path, "r")
  } catch {
    absent++
    return
  }
  const buffer = Buffer.alloc(65_536)
  modes.add(fstatSync(file).mode & 0o777)
  texts.add(buffer.toString("latin1", 0, readSync(file, buffer)))
  closeSync(file)
  present++
}

// Often enough to meet each state of a slowed hub, and seldom enough to leave the processor to the racers.
const timer = setInterval(look, 1)
process.once("message", () => {
  clearInterval(timer)
  process.send?.({ present, absent, texts: [...texts], modes: [...modes] }, () => process.disconnect())
})
process.send?.("reading")
