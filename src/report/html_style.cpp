#include <report/html_page.hpp>

namespace insightflow::report {

namespace {

/// Colours first, for light and dark. Negative and positive are an orange and a blue that people
/// with any form of colour blindness can tell apart; text on them has a contrast of 4.5 or more.
constexpr std::string_view colours = R"(
:root {
  color-scheme: light dark;
  --paper: #ffffff; --wash: #f4f3ef; --line: #dcd9d1; --ink: #1b1e22; --soft: #575d66;
  --accent: #2b6297; --heat: 43 98 151; --track: #efede8;
  --negative: #b5490c; --neutral: #b4b7bb; --positive: #2a6fae;
  --on-negative: #ffffff; --on-neutral: #1b1e22; --on-positive: #ffffff;
  --step0: #9a3c08; --step1: #e9a66f; --step2: #d3d3d0; --step3: #8fbadd; --step4: #1f5e98;
  --on-step0: #ffffff; --on-step1: #1b1e22; --on-step2: #1b1e22; --on-step3: #1b1e22;
  --on-step4: #ffffff;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --paper: #15181c; --wash: #1d2126; --line: #353b44; --ink: #e7e9ec; --soft: #a7aeb8;
    --accent: #7db1e3; --heat: 96 158 218; --track: #22272d;
    --negative: #ee8b4e; --neutral: #7a818a; --positive: #69aae6;
    --on-negative: #14161a; --on-neutral: #0d0f12; --on-positive: #14161a;
    --step0: #ee8b4e; --step1: #96562f; --step2: #565c64; --step3: #35638f; --step4: #69aae6;
    --on-step0: #14161a; --on-step1: #ffffff; --on-step2: #ffffff; --on-step3: #ffffff;
    --on-step4: #14161a;
  }
}
)";

constexpr std::string_view text = R"(
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0; background: var(--paper); color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
  overflow-wrap: anywhere; font-variant-numeric: tabular-nums lining-nums;
}
bdi { unicode-bidi: isolate; }
main { max-width: 50rem; margin: 0 auto; padding: 3rem 1.25rem 5rem; }
h1, h2, .statement, blockquote {
  font-family: "Iowan Old Style", "Palatino Linotype", Palatino, Charter, Georgia, "DejaVu Serif", serif;
}
h1, h2, h3, h4 { line-height: 1.25; margin: 0; font-weight: 600; text-wrap: balance; }
h1 { font-size: clamp(1.75rem, 5vw, 2.5rem); letter-spacing: -0.01em; }
h2 { font-size: 1.45rem; }
h3 { font-size: 1.02rem; text-wrap: pretty; }
h4 { font-size: 1rem; }
p { margin: 0; }
a { color: var(--accent); text-underline-offset: 2px; }
a:focus-visible, summary:focus-visible, .scroll:focus-visible {
  outline: 2px solid var(--accent); outline-offset: 3px; border-radius: 2px;
}
.skip { position: absolute; left: -999rem; }
.skip:focus { left: 1rem; top: 1rem; background: var(--paper); padding: 0.5rem 1rem; }
.masthead { border-bottom: 1px solid var(--line); padding-bottom: 1.5rem; margin-bottom: 2rem; }
.eyebrow {
  color: var(--accent); font-size: 0.8rem; font-weight: 600; letter-spacing: 0.08em;
  text-transform: uppercase; margin-bottom: 0.5rem;
}
.base { color: var(--soft); margin-top: 0.6rem; font-size: 1.05rem; }
.meta, .terms { color: var(--soft); font-size: 0.9rem; }
.summary ol { margin: 1rem 0 0; padding: 0; list-style: none; counter-reset: statement; }
.summary li {
  counter-increment: statement; position: relative; padding: 0 0 1.25rem 2.5rem;
}
.summary li::before {
  content: counter(statement); position: absolute; left: 0; top: 0.15rem; width: 1.6rem;
  height: 1.6rem; border: 1px solid var(--line); border-radius: 50%; text-align: center;
  font-size: 0.85rem; line-height: 1.55rem; color: var(--soft);
}
.cites { color: var(--soft); font-size: 0.75rem; overflow-wrap: anywhere; margin-top: 0.3rem; }
.statement { font-size: 1.15rem; line-height: 1.45; }
section { margin-top: 2rem; }
.tiles {
  display: grid; grid-template-columns: repeat(auto-fill, minmax(min(11.5rem, 100%), 1fr));
  gap: 0.75rem; margin: 1rem 0 0;
}
.tile { background: var(--wash); border-radius: 6px; padding: 0.9rem 1rem 1rem; min-width: 0; }
.tile dt { font-size: 0.85rem; font-weight: 600; line-height: 1.3; }
.tile dd { margin: 0; }
.tile .figure { font-size: 2rem; font-weight: 600; line-height: 1.25; letter-spacing: -0.02em; }
.tile .below, .tile .about { color: var(--soft); font-size: 0.82rem; line-height: 1.4; }
.tile .about { margin-top: 0.35rem; }
nav { margin-top: 2rem; }
nav ol { margin: 0.5rem 0 0; padding-left: 1.5rem; }
.question, .method { border-top: 1px solid var(--line); padding-top: 2.25rem; margin-top: 3rem; }
.question > h2 { margin-bottom: 0.35rem; }
.metrics { display: flex; flex-wrap: wrap; gap: 0.25rem 1.75rem; margin: 0.75rem 0 0; font-size: 0.9rem; }
.metrics div { display: flex; flex-wrap: wrap; gap: 0 0.4rem; }
.metrics dt { color: var(--soft); }
.metrics dd { margin: 0; }
.notes { color: var(--soft); font-size: 0.9rem; padding-left: 1.1rem; margin: 1.25rem 0 0; }
blockquote {
  margin: 0.7rem 0 0; padding: 0.1rem 0 0.1rem 0.9rem; border-left: 2px solid var(--accent);
  font-size: 1rem; line-height: 1.5;
}
blockquote p { white-space: pre-line; }
blockquote footer {
  font: 0.72rem/1.4 ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace;
  margin-top: 0.15rem;
}
blockquote footer a { color: var(--soft); text-decoration: none; }
blockquote footer a:hover { text-decoration: underline; }
blockquote:target { background: var(--wash); }
.themes { display: grid; gap: 1.75rem; margin-top: 2rem; }
.theme { min-width: 0; }
.theme .terms { margin-top: 0.5rem; }
details { margin-top: 0.75rem; }
summary { cursor: pointer; color: var(--soft); font-size: 0.88rem; width: fit-content; }
summary:hover { color: var(--ink); }
details .theme { margin-top: 1.5rem; }
)";

constexpr std::string_view figures = R"(
figure { margin: 1.75rem 0 0; }
figcaption { margin-bottom: 0.9rem; }
figcaption p { color: var(--soft); font-size: 0.95rem; margin-top: 0.2rem; }
.chart { display: block; overflow: visible; max-width: 100%; }
.chart + .chart { margin-top: 0.5rem; }
.chart text { font-size: 13.5px; fill: var(--ink); unicode-bidi: isolate; }
.chart .value { text-anchor: end; font-weight: 600; }
.chart .middle { text-anchor: middle; }
.chart .end { text-anchor: end; }
.chart .axis { fill: var(--soft); font-size: 12px; }
.chart .inside { text-anchor: middle; font-size: 12px; font-weight: 600; }
.track { fill: var(--track); }
.accent { fill: var(--accent); }
.negative { fill: var(--negative); } .neutral { fill: var(--neutral); } .positive { fill: var(--positive); }
.step0 { fill: var(--step0); } .step1 { fill: var(--step1); } .step2 { fill: var(--step2); }
.step3 { fill: var(--step3); } .step4 { fill: var(--step4); }
.chart .on-negative { fill: var(--on-negative); } .chart .on-neutral { fill: var(--on-neutral); }
.chart .on-positive { fill: var(--on-positive); } .chart .on-step0 { fill: var(--on-step0); }
.chart .on-step1 { fill: var(--on-step1); } .chart .on-step2 { fill: var(--on-step2); }
.chart .on-step3 { fill: var(--on-step3); } .chart .on-step4 { fill: var(--on-step4); }
.chart rect { stroke: none; }
.whisker { stroke: var(--soft); stroke-width: 1.25px; }
.tick { stroke: var(--line); stroke-width: 1px; }
.range { fill: var(--accent); opacity: 0.35; }
.course { stroke: var(--accent); stroke-width: 2px; }
.dot { fill: var(--accent); stroke: var(--paper); stroke-width: 2px; }
.legend {
  display: flex; flex-wrap: wrap; gap: 0.2rem 1.1rem; list-style: none; margin: 0.8rem 0 0;
  padding: 0; font-size: 0.85rem; color: var(--soft);
}
.swatch { margin-right: 0.4rem; vertical-align: -1px; }
.ends { display: flex; justify-content: space-between; gap: 1rem; color: var(--soft); font-size: 0.82rem; }
table { border-collapse: collapse; width: 100%; margin-top: 0.6rem; font-size: 0.88rem; }
th, td { text-align: left; padding: 0.35rem 0.6rem 0.35rem 0; border-bottom: 1px solid var(--line); vertical-align: top; font-weight: 400; }
thead th { color: var(--soft); border-bottom-color: var(--soft); }
.number { text-align: right; padding-right: 0; padding-left: 0.6rem; white-space: nowrap; }
thead .number { white-space: normal; }
.scroll { overflow-x: auto; max-width: 100%; }
.heat th, .heat td { padding: 0.45rem 0.6rem; overflow-wrap: normal; min-width: 4.4rem; }
.heat th[scope=row] { padding-left: 0; border-bottom: 0; min-width: 8rem; overflow-wrap: anywhere; }
.heat tbody td {
  background: rgb(var(--heat) / var(--share, 0)); text-align: right; border: 2px solid var(--paper); white-space: nowrap;
}
.heat thead th { text-align: right; font-weight: 600; color: var(--ink); }
.heat small { display: block; color: var(--soft); font-weight: 400; font-size: 0.76rem; }
.heat tbody small { color: inherit; }
.heat thead td { border: 0; }
.heat .few { font-style: italic; }
.heat b { font-weight: 700; }
.advice ol { margin: 1rem 0 0; padding: 0 0 0 1.4rem; }
.advice li { padding: 0 0 1.1rem 0.4rem; }
.advice li::marker { color: var(--accent); font-weight: 600; }
.personas { display: grid; gap: 1.25rem; margin-top: 1rem; }
.persona { background: var(--wash); border-radius: 6px; padding: 0.9rem 1rem 1rem; min-width: 0; }
.persona ul { margin: 0.5rem 0 0; padding-left: 1.1rem; font-size: 0.92rem; }
.aside { color: var(--soft); font-size: 0.9rem; margin-top: 0.6rem; }
.risk { border-left: 3px solid var(--negative); padding-left: 0.9rem; margin-top: 0.9rem; }
)";

constexpr std::string_view media = R"(
@media (min-width: 34.01rem), print {
  .wide th, .wide td { padding: 0.4rem 0.3rem; min-width: 2.8rem; font-size: 0.8rem; }
  .wide thead th { overflow-wrap: anywhere; hyphens: auto; }
  .wide th[scope=row] { min-width: 6rem; }
  .wide tbody small { display: none; }
}
@media screen and (max-width: 34rem) {
  main { padding: 1.75rem 1rem 3rem; }
  .question, .method { margin-top: 2.25rem; padding-top: 1.75rem; }
  .summary li { padding-left: 2.2rem; }
  details thead { position: absolute; left: -999rem; }
  details table, details tbody, details tr, details th, details td { display: block; border: 0; padding: 0; }
  details tr { border-bottom: 1px solid var(--line); padding: 0.45rem 0; }
  details tbody th { font-weight: 600; }
  details td { display: flex; justify-content: space-between; gap: 1rem; text-align: right; }
  details td::before { content: attr(data-head); color: var(--soft); text-align: left; white-space: normal; }
  .heat thead { position: absolute; left: -999rem; }
  .heat, .heat tbody, .heat tr, .heat th { display: block; }
  .heat tr { margin-bottom: 0.9rem; }
  .heat th[scope=row] { padding: 0 0 0.2rem; font-weight: 600; }
  .heat tbody td { display: flex; gap: 0.6rem; align-items: baseline; border-width: 1px 0; padding: 0.3rem 0.5rem; white-space: normal; }
  .heat tbody td::before { content: attr(data-head); flex: 1; text-align: left; }
  .heat tbody td small { min-width: 5.2rem; font-size: 0.82rem; }
}
@media print {
  html { font-size: 13.5px; }
  @page { margin: 18mm 16mm; }
  body { font-size: 10.5pt; }
  main { max-width: none; padding: 0; }
  nav, .skip { display: none; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  h1, h2, h3, h4, figcaption, summary { break-after: avoid; }
  figure > .chart, .tile, .theme, blockquote, tr, .summary li { break-inside: avoid; }
  .question { break-inside: auto; }
  .tiles { display: block; orphans: 1; widows: 1; }
  .tile { display: inline-block; vertical-align: top; width: 31%; margin: 0 1.5% 1.5% 0; border: 1px solid var(--line); }
  .scroll { overflow: visible; }
  details::details-content { content-visibility: visible; display: block; height: auto; }
  summary { list-style: none; font-weight: 600; }
  a { color: inherit; text-decoration: none; }
}
)";

}  // namespace

std::string_view style_sheet() {
  static const std::string all = std::string(colours).append(text).append(figures).append(media);
  return all;
}

}  // namespace insightflow::report
