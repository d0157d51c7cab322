/** Makes a failing plan smaller: fewer actions, and so fewer clients and faults, and less time, while it still fails. */
import type { Plan } from "./Plan.ts"

/** A part of a plan: the numbers of the actions that stay, and by how much the pauses between them shrink. */
export interface Cut {
  readonly keep: ReadonlyArray<number>
  /** Factor for all times, from 0 to 1. */
  readonly pace: number
}

/** The plan that is left. */
export const apply = (plan: Plan, { keep, pace }: Cut): Plan => ({
  ...plan,
  actions: keep.flatMap((number) => {
    const action = plan.actions[number]
    return action === undefined ? [] : [{ ...action, at: Math.round(action.at * pace) }]
  })
})

/** The whole plan. */
export const whole = (plan: Plan): Cut => ({ keep: plan.actions.map((_, number) => number), pace: 1 })

const paces = [0.01, 0.1, 0.3, 0.6]

/**
 * The smallest part that was found, by leaving out ever smaller stretches (delta debugging).
 *
 * @param fails - whether a plan still fails
 * @param tries - how often it may be asked
 */
export const shrink = (plan: Plan, fails: (plan: Plan) => boolean, tries = 400): Cut => {
  let left = tries
  let best = whole(plan)
  const attempt = (cut: Cut): boolean => {
    if (left === 0) return false
    left--
    if (!fails(apply(plan, cut))) return false
    best = cut
    return true
  }
  let size = Math.ceil(best.keep.length / 2)
  while (size >= 1) {
    let at = 0
    while (at < best.keep.length) {
      const fewer = [...best.keep.slice(0, at), ...best.keep.slice(at + size)]
      if (!attempt({ ...best, keep: fewer })) at += size
    }
    size = size === 1 ? 0 : Math.ceil(size / 2)
  }
  for (const pace of paces) if (attempt({ ...best, pace })) break
  return best
}
