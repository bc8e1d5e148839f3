/** Colours are told apart by people who see red and green alike too, on light and on dark. */
export const STYLE = `
:root{color-scheme:light dark;--page:#f6f5f2;--card:#fff;--ink:#17171a;--soft:#5d5c58;--line:#e3e1db;--shade:#8883;--good:#0b7a45;--good-bg:#e2f4e9;--bad:#b3261e;--bad-bg:#fbe6e4;
--blue:#2a6fd6;--orange:#d9641f;--green:#12966a;--violet:#7350c7;--red:#cc2f3a;--grey:#85837c}
@media (prefers-color-scheme:dark){:root{--page:#131315;--card:#1c1c1f;--ink:#f2f1ee;--soft:#a9a7a0;--line:#34343a;--shade:#8882;--good:#5fd39a;--good-bg:#12301f;--bad:#ff8a80;--bad-bg:#3a1512;
--blue:#5b9bf3;--orange:#f08a4b;--green:#3fc492;--violet:#a78bea;--red:#f2707a;--grey:#98968f}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
main{max-width:1240px;margin:0 auto;padding:clamp(16px,3vw,36px)}
h1{font-size:clamp(22px,3.4vw,30px);line-height:1.2;margin:0 0 4px;text-wrap:balance}
h2{font-size:18px;margin:36px 0 12px}
h3{font-size:15px;margin:0}
p{margin:0}
.soft,.note,small{color:var(--soft)}
.verdict{display:flex;flex-wrap:wrap;gap:6px 14px;align-items:baseline;margin:20px 0;padding:14px 18px;border-radius:12px;background:var(--good-bg);color:var(--good)}
.verdict.bad{background:var(--bad-bg);color:var(--bad)}
.verdict strong{font-size:20px}
.verdict ul{margin:0;padding-left:18px;flex-basis:100%}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(128px,1fr));gap:12px}
.tile,.chart,.table,details{background:var(--card);border:1px solid var(--line);border-radius:12px}
.tile{padding:12px 16px}
.tile b{display:block;font-size:24px;line-height:1.25;font-weight:650;font-variant-numeric:tabular-nums}
.tile span{font-size:13px;color:var(--soft)}
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,460px),1fr));gap:16px;margin-top:16px}
.charts .wide,.charts>:last-child{grid-column:1/-1}
.chart{margin:0;padding:14px 16px 12px;min-width:0}
figcaption{display:flex;flex-wrap:wrap;gap:2px 16px;justify-content:space-between;align-items:baseline}
.legend{display:flex;flex-wrap:wrap;gap:2px 14px;list-style:none;margin:0;padding:0;font-size:13px;color:var(--soft)}
.legend li::before{content:"";display:inline-block;width:16px;height:0;border-top:3px solid var(--c);margin-right:6px;vertical-align:middle}
.legend li.dashed::before{border-top-style:dotted}
.plot{position:relative;height:218px;margin:12px 0 6px;padding:0 8px 22px 56px;border-radius:6px}
.area{position:relative;height:100%}
.area svg{position:absolute;inset:0;width:100%;height:100%;overflow:visible}
.y,.x{position:absolute;font-size:12px;color:var(--soft);font-variant-numeric:tabular-nums;white-space:nowrap;pointer-events:none}
.y{left:0;top:0;bottom:22px;width:50px}
.y span{position:absolute;right:0;transform:translateY(50%);background:var(--card);padding-left:4px}
.x{left:56px;right:8px;bottom:0;height:18px}
.x span{position:absolute;transform:translateX(-50%)}.x .end{transform:translateX(-100%)}
.band{position:absolute;top:0;z-index:1;font-size:11px;color:var(--soft);padding:0 5px;overflow:hidden;text-overflow:ellipsis;white-space:nowrap;pointer-events:none}
.shade{fill:var(--shade);opacity:.45}
.grid{stroke:var(--line);stroke-width:1;vector-effect:non-scaling-stroke}
.line{fill:none;stroke:var(--c);stroke-width:2;stroke-linejoin:round;stroke-linecap:round;vector-effect:non-scaling-stroke}
.line.dashed{stroke-dasharray:2 5}
.fill{fill:var(--c);opacity:.13}
.blue{--c:var(--blue)}.orange{--c:var(--orange)}.green{--c:var(--green)}.violet{--c:var(--violet)}.red{--c:var(--red)}.grey{--c:var(--grey)}
.nothing{position:absolute;inset:0;display:grid;place-items:center;color:var(--soft);font-size:13px}
.note{font-size:13px}.table+.note{margin-top:8px}
.cursor{position:absolute;top:0;bottom:0;width:0;border-left:1px solid var(--soft);pointer-events:none;z-index:2}
.box{position:absolute;top:6px;left:8px;min-width:130px;padding:6px 10px;border-radius:8px;background:var(--card);border:1px solid var(--line);box-shadow:0 4px 16px #0003;font-size:12.5px;line-height:1.45;white-space:nowrap}
.box.left{left:auto;right:8px}
.box i{display:inline-block;width:8px;height:8px;border-radius:50%;background:var(--c);margin-right:6px}
.table{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:14px;font-variant-numeric:tabular-nums}
th,td{padding:8px 14px;text-align:right;white-space:nowrap;border-top:1px solid var(--line)}
tr:first-child>*{border-top:0}
th{font-weight:600;color:var(--soft)}
th:first-child,td:first-child{text-align:left}
.held{color:var(--good)}.broken{color:var(--bad);font-weight:600}
details{padding:10px 16px;margin-top:12px}
summary{cursor:pointer;font-weight:600}
pre{overflow-x:auto;font-size:13px;margin:10px 0 0}
dl{display:grid;grid-template-columns:max-content 1fr;gap:4px 18px;margin:10px 0 0}
dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere}
@media (max-width:560px){.plot{height:190px;padding-left:46px}.y{width:41px}.x{left:46px}.tile b{font-size:20px}.tiles{grid-template-columns:repeat(2,1fr)}}
@media print{body{background:#fff}.chart,.tile,.table{break-inside:avoid}}
`;

/** The box that follows the pointer, or the arrow keys, over a plot. */
export const SCRIPT = `
for (const figure of document.querySelectorAll('.chart')) {
  const { places, names, unit, series } = JSON.parse(figure.querySelector('script').textContent);
  const plot = figure.querySelector('.plot'), area = figure.querySelector('.area'), cursor = figure.querySelector('.cursor');
  let at = 0;
  const show = (index) => {
    if (places.length === 0) return;
    at = Math.max(0, Math.min(places.length - 1, index));
    cursor.hidden = false;
    cursor.style.left = places[at] * 100 + '%';
    const box = document.createElement('div');
    box.className = places[at] > 0.55 ? 'box left' : 'box';
    const line = (text, colour) => {
      const row = box.appendChild(document.createElement('div'));
      if (colour) row.appendChild(document.createElement('i')).className = colour;
      row.append(text);
    };
    line(names[at]);
    for (const { name, colour, values } of series) if (values[at] != null) line(name + ' ' + values[at].toLocaleString('en-US') + (unit && ' ' + unit), colour);
    cursor.replaceChildren(box);
  };
  area.addEventListener('pointermove', (event) => {
    const { left, width } = area.getBoundingClientRect();
    const place = (event.clientX - left) / width;
    let best = 0;
    for (let index = 1; index < places.length; index++) if (Math.abs(places[index] - place) < Math.abs(places[best] - place)) best = index;
    show(best);
  });
  const hide = () => { cursor.hidden = true; };
  area.addEventListener('pointerleave', hide);
  plot.addEventListener('blur', hide);
  plot.addEventListener('keydown', (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step) { event.preventDefault(); show(at + step); }
  });
}
`;
