// Medians, and the table that is printed.
import type { BigResult } from "./BigMessage.ts"
import { type HubName, hubNames } from "./HubProcess.ts"
import { roundWorkloads } from "./Options.ts"
import type { RoundResult, RoundWorkload } from "./Round.ts"

export interface TakenRound extends RoundResult {
  readonly hub: HubName
  readonly round: number
}

export interface Taken {
  readonly rounds: ReadonlyArray<TakenRound>
  readonly big: ReadonlyArray<BigResult>
  /** VmHWM at the end of all rounds. */
  readonly peaks: ReadonlyMap<HubName, number | undefined>
  readonly unavailable: ReadonlyMap<HubName, string>
  readonly failures: ReadonlyArray<string>
}

/** The generator was so busy that the hub may have waited for it. */
const saturatedShare = 0.9

/** Other processes took so much of a core that rounds of different hubs cannot be compared. */
const disturbedShare = 0.25

/** Of the values that are there; undefined when none is. */
export const median = (values: ReadonlyArray<number | undefined>): number | undefined => {
  const sorted = values.filter((value) => value !== undefined).sort((a, b) => a - b)
  const upper = sorted[Math.floor(sorted.length / 2)]
  const lower = sorted[Math.floor((sorted.length - 1) / 2)]
  return upper === undefined || lower === undefined ? undefined : (upper + lower) / 2
}

export interface Summary {
  readonly workload: RoundWorkload
  readonly hub: HubName
  readonly perSecond: number | undefined
  readonly slowest: number
  readonly fastest: number
  readonly hubCpuMicrosecondsPerCount: number | undefined
  readonly generatorCpuShare: number | undefined
}

export const summarize = (rounds: ReadonlyArray<TakenRound>): ReadonlyArray<Summary> =>
  roundWorkloads.flatMap((workload) =>
    hubNames.flatMap((hub) => {
      const own = rounds.filter((round) => round.workload === workload && round.hub === hub)
      if (own.length === 0) return []
      const rates = own.map((round) => round.perSecond)
      return [{
        workload,
        hub,
        perSecond: median(rates),
        slowest: Math.min(...rates),
        fastest: Math.max(...rates),
        hubCpuMicrosecondsPerCount: median(own.map((round) => round.hubCpuMicrosecondsPerCount)),
        generatorCpuShare: median(own.map((round) => round.generatorCpuShare))
      }]
    })
  )

type Row = ReadonlyArray<string>

/** A table: words to the left, figures to the right. */
export const layOut = (rows: ReadonlyArray<Row>): string => {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? []
  return rows.map((row) =>
    row.map((cell, column) => {
      const width = widths[column] ?? 0
      return column === 0 ? cell.padEnd(width) : cell.padStart(width)
    }).join("  ").trimEnd()
  ).join("\n")
}

const none = "-"

export const whole = (value: number | undefined): string =>
  value === undefined ? none : Math.round(value).toString()

export const megabytes = (value: number | undefined): string =>
  value === undefined ? none : (value / 1e6).toFixed(0)

export const ratio = (value: number | undefined, to: number | undefined): string =>
  value === undefined || to === undefined || to === 0 ? none : (value / to).toFixed(2)

const rateTable = (summaries: ReadonlyArray<Summary>): string => {
  const header = ["", ...hubNames.map((hub) => `${hub}/s`), "ours/jsamp", "ours/relay"]
    .concat(hubNames.map((hub) => `${hub} µs`), hubNames.map((hub) => `gen@${hub}`))
  const rows = roundWorkloads.filter((workload) => summaries.some((summary) => summary.workload === workload))
    .map((workload) => {
      const of = (hub: HubName): Summary | undefined =>
        summaries.find((summary) => summary.workload === workload && summary.hub === hub)
      const ours = of("ours")?.perSecond
      return [
        workload,
        ...hubNames.map((hub) => whole(of(hub)?.perSecond)),
        ratio(ours, of("jsamp")?.perSecond),
        ratio(ours, of("relay")?.perSecond),
        ...hubNames.map((hub) => whole(of(hub)?.hubCpuMicrosecondsPerCount)),
        ...hubNames.map((hub) => {
          const share = of(hub)?.generatorCpuShare
          return share === undefined ? none : `${(share * 100).toFixed(0)}%`
        })
      ]
    })
  return layOut([header, ...rows])
}

const memoryTable = (taken: Taken): string => {
  const rows: Array<Row> = [["", ...hubNames]]
  if (taken.peaks.size > 0) {
    rows.push([
      "all rounds",
      ...hubNames.map((hub) => megabytes(taken.peaks.get(hub)))
    ])
  }
  if (taken.big.length > 0) {
    const of = (hub: HubName, figure: (result: BigResult) => number | undefined): number | undefined =>
      median(taken.big.filter((result) => result.hub === hub).map(figure))
    const growth = ({ idleBytes, peakBytes }: BigResult): number | undefined =>
      idleBytes === undefined || peakBytes === undefined ? undefined : peakBytes - idleBytes
    rows.push(
      ["idle", ...hubNames.map((hub) => megabytes(of(hub, (result) => result.idleBytes)))],
      ["10 MB string", ...hubNames.map((hub) => megabytes(of(hub, (result) => result.peakBytes)))],
      ["  growth", ...hubNames.map((hub) => megabytes(of(hub, growth)))],
      ["  ms", ...hubNames.map((hub) => whole(of(hub, (result) => result.milliseconds)))]
    )
  }
  return rows.length > 1 ? layOut(rows) : ""
}

export const render = (taken: Taken): string => {
  const summaries = summarize(taken.rounds)
  const parts: Array<string> = []
  if (summaries.length > 0) {
    parts.push(
      "Operations a second (deliveries for notifyAll), median of rounds; hub CPU in µs per operation;\n"
        + "gen@: share of a core that the load generator used.\n\n" + rateTable(summaries)
    )
  }
  const memory = memoryTable(taken)
  if (memory !== "") parts.push(`Peak resident memory (VmHWM), MB.\n\n${memory}`)
  for (const { workload, hub, generatorCpuShare } of summaries) {
    if (generatorCpuShare !== undefined && generatorCpuShare > saturatedShare) {
      parts.push(
        `Note: ${workload} at ${hub} kept the load generator busy; the hub may be faster than shown.`
      )
    }
  }
  const disturbed = taken.rounds.filter((round) => (round.otherCpuShare ?? 0) > disturbedShare).length
  if (disturbed > 0) {
    parts.push(`Note: other processes were at work during ${disturbed} of ${taken.rounds.length} rounds.`)
  }
  for (const [hub, why] of taken.unavailable) parts.push(`Not measured: ${hub}: ${why}`)
  for (const failure of taken.failures) parts.push(`FAILED ${failure}`)
  return parts.join("\n\n")
}
