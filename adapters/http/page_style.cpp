#include "http/page_words.hpp"

namespace insightflow::http {

std::string_view page_style() {
  return R"css(
:root{color-scheme:light dark;--back:#f4f5f8;--card:#fff;--ink:#1b2130;--soft:#5a6478;--line:#d5dae3;
--field:#fff;--hover:#eef2ff;--accent:#3949c9;--on:#fff;--wash:#e7ebff;--bad:#b3261e;--badwash:#fdecea;
--radius:.75rem}
@media (prefers-color-scheme:dark){:root{--back:#10131a;--card:#191e28;--ink:#e9ecf3;--soft:#a3adc0;
--line:#3a4354;--field:#11151d;--hover:#232b42;--accent:#9daaff;--on:#10131a;--wash:#272f52;
--bad:#ff9c92;--badwash:#3a1d1c}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--back);color:var(--ink);
font:1.0625rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif}
main,.foot{max-width:44rem;margin:0 auto;padding:1.25rem 1rem}
main{padding-top:2rem}
h1{font-size:1.75rem;line-height:1.2;letter-spacing:-.01em;margin:0 0 .5rem;overflow-wrap:anywhere}
h2{font-size:1.25rem;line-height:1.3;margin:1.75rem 0 .25rem}
p{margin:.25rem 0}
.intro,.help,.hint{color:var(--soft);white-space:pre-line}
.help,.hint{font-size:.9375rem}
.skip{position:absolute;top:0;clip-path:inset(50%);width:1px;height:1px;overflow:hidden;background:var(--accent);color:var(--on);padding:.6rem 1rem;z-index:2}
.skip:focus{clip-path:none;width:auto;height:auto}
.unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.progress{display:flex;align-items:center;gap:.75rem;color:var(--soft);font-size:.9375rem;margin:1rem 0 0}
.progress span{white-space:nowrap}
progress{flex:1;height:.5rem;border:0;border-radius:1rem;overflow:hidden;background:var(--line);
-webkit-appearance:none;appearance:none}
progress::-webkit-progress-bar{background:var(--line)}
progress::-webkit-progress-value{background:var(--accent);border-radius:1rem}
progress::-moz-progress-bar{background:var(--accent)}
.question{background:var(--card);border:1px solid var(--line);border-radius:var(--radius);min-width:0;
padding:1.25rem;margin:1rem 0;scroll-margin-top:1rem}
fieldset.question>legend{float:left;width:100%;padding:0}
fieldset.question>legend+*{clear:both}
.title{display:block;font-weight:600;font-size:1.125rem;line-height:1.4;overflow-wrap:anywhere}
.must{font-size:.8125rem;font-weight:500;color:var(--soft);border:1px solid var(--line);border-radius:1rem;
padding:.05rem .55rem;white-space:nowrap;vertical-align:.1em}
.control{padding-top:.9rem}
legend:has(.unseen)+.control{padding-top:0}
.wrong{border-color:var(--bad);box-shadow:inset .25rem 0 0 var(--bad)}
[dir=rtl] .wrong{box-shadow:inset -.25rem 0 0 var(--bad)}
.error{color:var(--bad);font-weight:600}
.summary{border:2px solid var(--bad);background:var(--badwash);border-radius:var(--radius);padding:1rem 1.25rem;
margin:1.25rem 0}
.summary h2{margin:0 0 .25rem;font-size:1.125rem}
.summary ul{margin:.25rem 0;padding-inline-start:1.25rem}
.summary a{color:var(--bad)}
.choice{display:flex;align-items:flex-start;gap:.75rem;padding:.7rem .85rem;margin-top:.5rem;cursor:pointer;
border:1px solid var(--line);border-radius:.6rem;background:var(--field);overflow-wrap:anywhere}
.choice:first-child{margin-top:0}
.choice:hover{background:var(--hover)}
.choice input{flex:none;width:1.2rem;height:1.2rem;margin:.15rem 0 0;accent-color:var(--accent)}
.choice:has(:checked){border-color:var(--accent);background:var(--wash)}
.own{display:block;margin:.5rem 0 0;padding-inline-start:2.85rem;font-size:.9375rem;color:var(--soft)}
@supports selector(:has(*)){.own{display:none}.choice:has(:checked)+.own,.wrong .own{display:block}}
.scale{display:flex;gap:.375rem;flex-wrap:nowrap}
.point{flex:1 1 0;min-width:0;position:relative}
.point input{position:absolute;inset:0;width:100%;height:100%;margin:0;opacity:0;cursor:pointer}
.point span.number{display:flex;align-items:center;justify-content:center;min-height:2.9rem;font-weight:600;
border:1px solid var(--line);border-radius:.6rem;background:var(--field);font-variant-numeric:tabular-nums}
.point:hover span.number{background:var(--hover)}
.point input:checked+span.number{background:var(--accent);border-color:var(--accent);color:var(--on)}
.point input:focus-visible+span.number{outline:3px solid var(--accent);outline-offset:2px}
.ends{display:flex;justify-content:space-between;gap:1rem;color:var(--soft);font-size:.875rem;margin-top:.4rem}
.ends span:last-child{text-align:end}
input[type=text],input[type=email],input[type=tel],input[type=date],input[type=password],textarea,select{width:100%;font:inherit;
color:inherit;background:var(--field);border:1px solid var(--soft);border-radius:.6rem;padding:.65rem .8rem}
textarea{min-height:7rem;resize:vertical;display:block}
.short{max-width:16rem}
.line{display:block;margin-top:.75rem}
.line:first-child{margin-top:0}
.line>span{display:block;font-size:.9375rem;margin-bottom:.2rem}
.rank{display:flex;align-items:center;gap:.85rem;margin-top:.5rem}
.rank:first-child{margin-top:0}
.rank select{width:5rem;flex:none}
table{border-collapse:collapse;width:100%;font-size:.9688rem}
thead th{font-weight:500;color:var(--soft);padding:.25rem .3rem .5rem;font-size:.875rem;vertical-align:bottom}
tbody th{text-align:start;font-weight:500;padding:.6rem .6rem .6rem 0}
tbody tr{border-top:1px solid var(--line)}
tbody tr:first-child{border-top:0}
td{text-align:center;padding:0}
td label{display:block;padding:.6rem .3rem;cursor:pointer;border-radius:.4rem}
td label:hover{background:var(--hover)}
td input{width:1.2rem;height:1.2rem;margin:0;vertical-align:middle;accent-color:var(--accent)}
.column{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.apart{position:absolute;inset-inline-start:-120vw;width:1px;height:1px;overflow:hidden}
.actions{display:flex;flex-direction:row-reverse;justify-content:space-between;gap:1rem;margin:1.5rem 0 0}
button{font:inherit;cursor:pointer;border-radius:.6rem;padding:.7rem 1.4rem;border:1px solid var(--line);
background:var(--card);color:var(--ink)}
button.main{background:var(--accent);border-color:var(--accent);color:var(--on);font-weight:600}
button:hover{filter:brightness(1.06)}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
.languages{margin-top:2.5rem;display:flex;flex-wrap:wrap;align-items:center;gap:.5rem;color:var(--soft);
font-size:.9375rem}
.languages button{padding:.3rem .8rem;font-size:.9375rem}
.languages button[aria-current]{border-color:var(--accent);color:var(--accent);font-weight:600}
.notice{background:var(--card);border:1px solid var(--line);border-radius:var(--radius);padding:2.5rem 1.5rem;
margin-top:8vh;text-align:center}
.notice p{color:var(--soft);white-space:pre-line}
.tick{width:3.5rem;height:3.5rem;margin:0 auto 1rem;border-radius:50%;background:var(--wash);color:var(--accent);
display:flex;align-items:center;justify-content:center;font-size:1.75rem;font-weight:700}
@media (max-width:36rem){
main{padding-top:1.25rem}h1{font-size:1.5rem}.question{padding:1rem}
.scale.long{flex-wrap:wrap}.scale.long .point{flex:1 0 calc(16.66% - .4rem)}
table,tbody,tr,td,tbody th{display:block}thead{display:none}
tbody tr{padding:.5rem 0}tbody th{padding:.5rem 0 .25rem}
td{text-align:start}td label{display:flex;align-items:center;gap:.75rem;padding:.45rem .2rem}
.column{position:static;width:auto;height:auto;clip-path:none}
.actions button{flex:1}}
@media (forced-colors:active){.point input:checked+span.number{outline:3px solid}}
@media print{.actions,.languages,.progress,.skip{display:none}}
)css";
}

}  // namespace insightflow::http
