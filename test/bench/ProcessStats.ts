// What a process has cost, from /proc. Elsewhere than on Linux the figures are missing, and the report says so.
import { readFileSync } from "node:fs"
import { cpus } from "node:os"

/** /proc counts in USER_HZ, which Linux fixes at 100 for user space whatever the kernel's own tick is. */
const microsecondsPerTick = 10_000

const read = (pid: number, file: string): string | undefined => {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "latin1")
  } catch {
    return undefined
  }
}

/** User and system time of all its threads, the ended ones included: JSAMP makes one per delivery. */
export const cpuMicroseconds = (pid: number): number | undefined => {
  const stat = read(pid, "stat")
  if (stat === undefined) return undefined
  // The command name may hold blanks; fields are counted from the last parenthesis, utime being number 14.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ")
  return (Number(fields[11]) + Number(fields[12])) * microsecondsPerTick
}

/** The largest resident size so far (VmHWM), in bytes. */
export const peakBytes = (pid: number): number | undefined => {
  const kilobytes = /^VmHWM:\s*(\d+) kB$/m.exec(read(pid, "status") ?? "")?.[1]
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1024
}

/** The time in which any processor of the machine was at work, for whomever. */
export const machineCpuMicroseconds = (): number =>
  cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0) * 1000
