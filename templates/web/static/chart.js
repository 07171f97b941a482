// Draw charts from figures the server sends: stock in steps, and counts over time. Without this script a still drawing
// stands in the same box. Colours come from the style sheet, so that dark and light need nothing here.
(() => {
  "use strict";
  const DAY = 86400;
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const wash = (hex, share) => hex + Math.round(share * 255).toString(16).padStart(2, "0");
  const drawn = new Map();

  const number = (locale) => { const f = new Intl.NumberFormat(locale, { maximumFractionDigits: 3 }); return (v) => (v === null || v === undefined ? "–" : f.format(v)); };
  const moment = (locale, zone) => {
    const f = new Intl.DateTimeFormat(locale, { timeZone: zone, day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
    return (v) => (v === null || v === undefined ? "" : f.format(new Date(v * 1000)));
  };
  const ticks = (locale, zone) => (self, splits, space, gap, step) => {
    const part = step >= 300 * DAY ? { year: "numeric" } : step >= 27 * DAY ? { month: "short", year: "2-digit" } : step >= DAY ? { day: "numeric", month: "short" } : { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
    const f = new Intl.DateTimeFormat(locale, { timeZone: zone, ...part });
    return splits.map((at) => f.format(new Date(at * 1000)));
  };

  const axes = (locale, zone) => {
    const say = number(locale);
    const font = "12px system-ui, sans-serif";
    const common = { stroke: colour("--soft"), font, grid: { stroke: colour("--line"), width: 1 }, ticks: { show: false } };
    return [
      { ...common, grid: { show: false }, values: ticks(locale, zone), space: 80, size: 28 },
      { ...common, values: (self, splits) => splits.map(say), size: (self, values) => 14 + 7.5 * Math.max(2, ...(values || []).map((text) => text.length)), space: 36 },
    ];
  };

  // The moment an alert fired: an upright line with a mark at its foot.
  const marking = (marks) => ({
    hooks: { draw: [(self) => {
      const { ctx } = self, { top, height } = self.bbox;
      ctx.save();
      for (const [at] of marks) {
        const x = Math.round(self.valToPos(at, "x", true));
        if (x < self.bbox.left || x > self.bbox.left + self.bbox.width) continue;
        ctx.strokeStyle = ctx.fillStyle = colour("--critical");
        ctx.lineWidth = devicePixelRatio; ctx.setLineDash([3 * devicePixelRatio, 3 * devicePixelRatio]);
        ctx.beginPath(); ctx.moveTo(x, top); ctx.lineTo(x, top + height); ctx.stroke();
        ctx.beginPath(); ctx.arc(x, top + 4 * devicePixelRatio, 3.5 * devicePixelRatio, 0, 7); ctx.fill();
      }
      ctx.restore();
    }] },
  });

  const span = (values) => {
    const known = values.filter((v) => v !== null && v !== undefined);
    return [Math.min(0, ...known), Math.max(1, ...known)];
  };

  const history = (box, found) => {
    const { locale } = box.dataset, say = number(locale), when = moment(locale, found.zone);
    const steps = uPlot.paths.stepped({ align: 1 });
    const series = [
      { label: box.dataset.when, value: (self, v) => when(v) },
      { label: box.dataset.stock, stroke: colour("--accent"), fill: wash(colour("--accent"), .1), width: 2, paths: steps, points: { show: false }, value: (self, v) => say(v) },
    ];
    const data = [[...found.at, found.until], [...found.stock, found.stock.at(-1) ?? null]];
    for (const [name, paint] of [["minimum", "--high"], ["maximum", "--info"]]) {
      if (!found[name].some((v) => v !== null)) continue;
      series.push({ label: box.dataset[name], stroke: colour(paint), width: 1.5, dash: [5, 4], paths: steps, points: { show: false }, value: (self, v) => say(v) });
      data.push([...found[name], found[name].at(-1) ?? null]);
    }
    return { data, series, plugins: [marking(found.marks)], found };
  };

  const trend = (box, found) => {
    const { locale } = box.dataset, say = number(locale), when = moment(locale, found.zone);
    const line = (label, paint) => ({ label, stroke: colour(paint), fill: wash(colour(paint), .08), width: 2, points: { show: false }, value: (self, v) => say(v) });
    return {
      data: [found.at, found.low, found.out],
      series: [{ label: box.dataset.when, value: (self, v) => when(v) }, line(box.dataset.low, "--high"), line(box.dataset.out, "--critical")],
      plugins: [], found,
    };
  };

  const KINDS = { history, trend };

  const draw = (box, found) => {
    const { data, series, plugins } = KINDS[box.dataset.chart](box, found);
    const height = Math.max(180, box.clientHeight - 34);
    const [low, high] = span(data.slice(1).flat());
    drawn.get(box)?.destroy();
    const place = document.createElement("div");
    place.setAttribute("role", "img");
    place.setAttribute("aria-label", box.dataset.label);
    box.replaceChildren(place);
    const plot = new uPlot({
      width: box.clientWidth, height, series, plugins, axes: axes(box.dataset.locale, found.zone),
      scales: { x: { time: true }, y: { range: (self, from, to) => (from === null ? [0, 1] : uPlot.rangeNum(Math.min(low, from), Math.max(high, to), .1, true)) } },
      cursor: { drag: { x: true, y: false, setScale: true }, points: { size: 7 } }, legend: { live: true },
    }, data, place);
    drawn.set(box, plot);
    const hint = box.nextElementSibling;
    if (hint?.matches(".hint-zoom")) hint.hidden = false;
  };

  const load = async (box) => {
    try {
      const answer = await fetch(box.dataset.src, { headers: { Accept: "application/json" }, credentials: "same-origin" });
      if (!answer.ok) throw new Error(String(answer.status));
      const found = await answer.json();
      if (found.at.length < (box.dataset.chart === "trend" ? 2 : 1)) return;
      box.found = found;
      draw(box, found);
    } catch {
      const note = box.querySelector(".wait");
      if (note) note.textContent = box.dataset.failed;
    }
  };

  const boxes = () => document.querySelectorAll("[data-chart]");
  boxes().forEach(load);
  let waiting;
  const again = () => { clearTimeout(waiting); waiting = setTimeout(() => boxes().forEach((box) => box.found && draw(box, box.found)), 150); };
  window.addEventListener("resize", again);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
  // The curve of the first page grows while somebody looks at it.
  setInterval(() => { if (!document.hidden) document.querySelectorAll("[data-chart=trend]").forEach(load); }, 300000);
})();
