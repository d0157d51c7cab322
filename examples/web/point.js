// Points all who show the sky, from a chart of it in the Hammer projection with right ascension 12 h in the middle.
import { connection, element, takes } from "./connection.js"

const mtype = "coord.pointAt.sky"
const [sky, form, ra, dec, position, recipient, point, viewers, sent] = [
  "sky",
  "form",
  "ra",
  "dec",
  "position",
  "recipient",
  "point",
  "viewers",
  "sent"
].map((id) => document.getElementById(id))

const [centreX, centreY, scale] = [360, 186, 122]
const radians = Math.PI / 180

/** From the sky to the chart; right ascension grows to the left, as it does when one looks up. */
const project = (ra, dec) => {
  const lon = -(((ra - 180 + 540) % 360) - 180) * radians / 2
  const lat = dec * radians
  const z = Math.sqrt(1 + Math.cos(lat) * Math.cos(lon))
  return [
    centreX + scale * (2 * Math.SQRT2 * Math.cos(lat) * Math.sin(lon)) / z,
    centreY - scale * (Math.SQRT2 * Math.sin(lat)) / z
  ]
}

/** From the chart to the sky; undefined outside. */
const unproject = (px, py) => {
  const x = (px - centreX) / scale
  const y = (centreY - py) / scale
  if (x * x / 8 + y * y / 2 > 1) return undefined
  const z = Math.sqrt(1 - (x / 4) ** 2 - (y / 2) ** 2)
  const lon = 2 * Math.atan2(z * x, 2 * (2 * z * z - 1))
  return [(180 - lon / radians + 360) % 360, Math.asin(Math.max(-1, Math.min(1, z * y))) / radians]
}

const svg = (name, attributes = {}, text = "") => {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name)
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value)
  made.textContent = text
  return made
}

const path = (points) =>
  points.map(([x, y], i) => `${i === 0 ? "M" : "L"}${x.toFixed(1)} ${y.toFixed(1)}`).join("")
const range = (from, to, step) =>
  Array.from({ length: Math.round((to - from) / step) + 1 }, (_, i) => from + i * step)

/** The brightest stars: name, position in degrees, magnitude. */
const stars = [
  ["Sirius", 101.287, -16.716, -1.46],
  ["Canopus", 95.988, -52.696, -0.74],
  ["Rigil Kentaurus", 219.902, -60.834, -0.27],
  ["Arcturus", 213.915, 19.182, -0.05],
  ["Vega", 279.235, 38.784, 0.03],
  ["Capella", 79.172, 45.998, 0.08],
  ["Rigel", 78.634, -8.202, 0.13],
  ["Procyon", 114.826, 5.225, 0.34],
  ["Achernar", 24.429, -57.237, 0.46],
  ["Betelgeuse", 88.793, 7.407, 0.5],
  ["Hadar", 210.956, -60.373, 0.61],
  ["Altair", 297.696, 8.868, 0.76],
  ["Acrux", 186.650, -63.099, 0.76],
  ["Aldebaran", 68.980, 16.509, 0.86],
  ["Antares", 247.352, -26.432, 0.96],
  ["Spica", 201.298, -11.161, 0.97],
  ["Pollux", 116.329, 28.026, 1.14],
  ["Fomalhaut", 344.413, -29.622, 1.16],
  ["Deneb", 310.358, 45.280, 1.25],
  ["Mimosa", 191.930, -59.689, 1.25],
  ["Regulus", 152.093, 11.967, 1.35],
  ["Castor", 113.650, 31.888, 1.58],
  ["Polaris", 37.955, 89.264, 1.98],
  ["Alphard", 141.897, -8.659, 2.0],
  ["Dubhe", 165.932, 61.751, 1.79],
  ["Merak", 165.460, 56.382, 2.37],
  ["Phecda", 178.458, 53.695, 2.44],
  ["Megrez", 183.857, 57.033, 3.3],
  ["Alioth", 193.507, 55.960, 1.77],
  ["Mizar", 200.981, 54.925, 2.27],
  ["Alkaid", 206.885, 49.313, 1.86],
  ["Alnitak", 85.190, -1.943, 1.77],
  ["Alnilam", 84.053, -1.202, 1.69],
  ["Mintaka", 83.002, -0.299, 2.23],
  ["Saiph", 86.939, -9.670, 2.06],
  ["Bellatrix", 81.283, 6.350, 1.64],
  ["Schedar", 10.127, 56.537, 2.23],
  ["Caph", 2.295, 59.150, 2.27],
  ["Navi", 14.177, 60.717, 2.47],
  ["Ruchbah", 21.454, 60.235, 2.68],
  ["Segin", 28.599, 63.670, 3.37],
  ["Hamal", 31.793, 23.462, 2.0],
  ["Mirach", 17.433, 35.621, 2.05],
  ["Alpheratz", 2.097, 29.090, 2.06],
  ["Algol", 47.042, 40.957, 2.12],
  ["Denebola", 177.265, 14.572, 2.13],
  ["Shaula", 263.402, -37.104, 1.62],
  ["Kaus Australis", 276.043, -34.385, 1.85],
  ["Nunki", 283.816, -26.297, 2.02],
  ["Sadr", 305.557, 40.257, 2.23],
  ["Rasalhague", 263.734, 12.560, 2.08],
  ["Alphecca", 233.672, 26.715, 2.23],
  ["Peacock", 306.412, -56.735, 1.94],
  ["Alnair", 332.058, -46.961, 1.74]
]
/** Those whose names are written down; on a small screen only the first of them. */
const named = [
  "Sirius",
  "Canopus",
  "Arcturus",
  "Vega",
  "Capella",
  "Rigel",
  "Betelgeuse",
  "Altair",
  "Acrux",
  "Aldebaran",
  "Antares",
  "Spica",
  "Pollux",
  "Fomalhaut",
  "Deneb",
  "Regulus",
  "Achernar",
  "Polaris"
]
const everywhere = 5

/** The galactic equator, in equatorial degrees. */
const galaxy = range(0, 360, 3).map((l) => {
  const [pole, poleDec, node] = [192.85948 * radians, 27.12825 * radians, 122.93192 * radians]
  const dec = Math.asin(Math.cos(poleDec) * Math.cos(node - l * radians))
  const ra = pole +
    Math.atan2(Math.sin(node - l * radians), -Math.sin(poleDec) * Math.cos(node - l * radians))
  return [((ra / radians) % 360 + 360) % 360, dec / radians]
})

const edge = (ra) => range(-90, 90, 3).map((dec) => project(ra, dec))

const chart = () => {
  const parallels = range(-60, 60, 30).map((dec) =>
    range(0.01, 359.99, 359.98 / 120).map((ra) => project(ra, dec))
  )
  const meridians = range(30, 330, 30).map(edge)
  // the galactic equator is broken where it leaves the chart on one side to come back on the other
  const pieces = galaxy.map(([ra, dec]) => project(ra, dec)).reduce((pieces, here) => {
    const last = pieces.at(-1).at(-1)
    if (last !== undefined && Math.hypot(here[0] - last[0], here[1] - last[1]) > 60) pieces.push([])
    pieces.at(-1).push(here)
    return pieces
  }, [[]])
  const limits = [...edge(0.001), ...edge(359.999).reverse()]
  sky.replaceChildren(
    svg("path", { class: "ground", d: `${path(limits)}Z` }),
    ...[...parallels, ...meridians].map((points) => svg("path", { class: "grid", d: path(points) })),
    ...pieces.map((points) => svg("path", { class: "galaxy", d: path(points) })),
    ...range(3, 21, 3).map((hours) => {
      const [x, y] = project(hours * 15, 0)
      return svg("text", { x: x + 3, y: y - 4 }, `${hours}h`)
    }),
    ...[-60, -30, 30, 60].map((dec) => {
      const [x, y] = project(180, dec)
      return svg("text", { x: x + 3, y: y - 4 }, `${dec > 0 ? "+" : "−"}${Math.abs(dec)}°`)
    }),
    ...stars.flatMap(([name, ra, dec, magnitude]) => {
      const [x, y] = project(ra, dec)
      const star = svg("circle", { class: "star", cx: x, cy: y, r: Math.max(1, 3.4 - magnitude * 0.8) })
      star.append(svg("title", {}, name))
      const rank = named.indexOf(name)
      return rank < 0
        ? [star]
        : [star, svg("text", { x: x + 6, y: y + 4, class: rank < everywhere ? "" : "minor" }, name)]
    }),
    svg("g", { id: "there" }),
    svg("g", { id: "here" })
  )
}

const cross = (group, ra, dec, kind) => {
  const [x, y] = project(ra, dec)
  document.getElementById(group).replaceChildren(
    svg("circle", { class: kind, cx: x, cy: y, r: 9 }),
    svg("path", { class: kind, d: `M${x - 15} ${y}h8M${x + 7} ${y}h8M${x} ${y - 15}v8M${x} ${y + 7}v8` })
  )
}

const two = (number) => String(Math.floor(number)).padStart(2, "0")

/** Where the cross is. */
let here = [Number(ra.value), Number(dec.value)]

const show = () => {
  const [raHere, decHere] = here
  const hours = raHere / 15
  const size = Math.abs(decHere)
  position.textContent = `${two(hours)}h${two((hours % 1) * 60)}m ${decHere < 0 ? "−" : "+"}${two(size)}°${
    two((size % 1) * 60)
  }′`
  cross("here", raHere, decHere, "here")
}

const move = (raNow, decNow) => {
  here = [((raNow % 360) + 360) % 360, Math.max(-90, Math.min(90, decNow))]
  ra.value = String(Number(here[0].toFixed(4)))
  dec.value = String(Number(here[1].toFixed(4)))
  show()
}

chart()
show()

form.addEventListener("input", () => {
  if (!ra.reportValidity() || !dec.reportValidity()) return
  here = [Number(ra.value) % 360, Number(dec.value)]
  show()
})

/** Points there, if somebody is connected. */
let pointThere = () => {
  sent.textContent = "Connect first; then you can point."
}

form.addEventListener("submit", (event) => {
  event.preventDefault()
  pointThere()
})

sky.addEventListener("click", (event) => {
  const { height, left, top, width } = sky.getBoundingClientRect()
  const place = unproject((event.clientX - left) / width * 720, (event.clientY - top) / height * 372)
  if (place === undefined) return
  move(...place)
  pointThere()
})

sky.addEventListener("keydown", (event) => {
  const step = event.shiftKey ? 10 : 1
  const [x, y] = { ArrowLeft: [1, 0], ArrowRight: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key] ??
    []
  if (event.key === "Enter") pointThere()
  else if (x === undefined) return
  else move(here[0] + x * step, here[1] + y * step)
  event.preventDefault()
})

connection(
  { name: "Sky pointer", description: "Points others from a chart of the sky on a web page" },
  async (client, signal) => {
    let others = new Map()
    const disconnected = pointThere
    signal.addEventListener("abort", () => {
      pointThere = disconnected
      point.disabled = recipient.disabled = true
      recipient.replaceChildren(element("option", { value: "" }, "(not connected)"))
      viewers.replaceChildren(element("li", {}, "Not known before you connect."))
    })

    pointThere = async () => {
      const params = { ra: Number(ra.value), dec: Number(dec.value) }
      try {
        const ids = recipient.value === "" ? await client.notifyAll(mtype, params) : [recipient.value]
        if (recipient.value !== "") await client.notify(recipient.value, mtype, params)
        const names = ids.map((id) => others.get(id)?.name || id)
        sent.textContent = names.length === 0
          ? "Nobody who shows the sky is there."
          : `Told ${names.join(", ")} to turn to ${params.ra}°, ${params.dec}°.`
      } catch (error) {
        sent.textContent = `That did not work: ${error.message}`
      }
    }

    await client.bind(mtype, ({ params }) => {
      const [raThere, decThere] = [Number(params.ra), Number(params.dec)]
      if (Number.isFinite(raThere) && Number.isFinite(decThere)) cross("there", raThere, decThere, "there")
    })

    for await (const clients of client.clientChanges) {
      if (signal.aborted) return
      others = new Map([...clients].filter(([, { subscriptions }]) => takes(subscriptions, mtype)))
      const chosen = recipient.value
      recipient.replaceChildren(
        element("option", { value: "" }, others.size === 0 ? "(nobody is there)" : `All (${others.size})`),
        ...[...others.values()].map(({ id, name }) => element("option", { value: id }, name || id))
      )
      recipient.value = others.has(chosen) ? chosen : ""
      recipient.disabled = point.disabled = others.size === 0
      viewers.replaceChildren(
        ...others.size === 0
          ? [element("li", {}, "Nobody who shows the sky. Start Aladin, DS9 or TOPCAT.")]
          : [...others.values()].map(({ id, metadata, name }) =>
            element(
              "li",
              {},
              element("strong", {}, name || id),
              element("span", { class: "detail" }, String(metadata["samp.description.text"] ?? ""))
            )
          )
      )
    }
  }
)
