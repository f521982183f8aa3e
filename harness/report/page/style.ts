/** The look of the page, light and dark. */
import { inksOf } from '../palette.ts';

/** Architectures are told apart by a custom property each, `--of-<name>`. */
export function style(names: readonly string[]): string {
  const inks = Object.entries(inksOf(names));
  const colours = (ground: 'light' | 'dark') => inks.map(([name, ink]) => `--of-${name}:${ink[ground]};`).join('');
  return `:root{color-scheme:light dark;${light}${colours('light')}}
@media (prefers-color-scheme:dark){:root{${dark}${colours('dark')}}}
${rules}`;
}

const light =
  '--page:#f5f6f8;--card:#fff;--ink:#14181f;--muted:#566072;--line:#e1e5eb;--soft:#eef1f5;' +
  '--good:#0b6e4f;--good-soft:#dcf3e9;--bad:#b42318;--bad-soft:#fde7e4;--warn:#8a4b00;--warn-soft:#fdf0d9;' +
  '--idle:#4b5565;--idle-soft:#e9ecf1;';
const dark =
  '--page:#0e1116;--card:#171c24;--ink:#eef1f6;--muted:#a5afbf;--line:#2b333f;--soft:#1f2630;' +
  '--good:#6fdcb0;--good-soft:#12382b;--bad:#ff9d92;--bad-soft:#43201d;--warn:#f5c26b;--warn-soft:#3c2d12;' +
  '--idle:#b6c0cf;--idle-soft:#2a323e;';

const rules = `
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,
"Helvetica Neue",sans-serif}
main,header>div{max-width:1240px;margin:0 auto;padding:0 24px}
header{background:var(--card);border-bottom:1px solid var(--line);padding:36px 0 28px}
h1{font-size:1.9rem;line-height:1.2;letter-spacing:-.02em;margin:0 0 6px}
h2{font-size:1.3rem;letter-spacing:-.01em;margin:48px 0 4px}
h3{font-size:1.02rem;margin:0}
h3.sub{margin:28px 0 2px;font-size:1.08rem}
p{margin:.4em 0}
code{font:.88em ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;background:var(--soft);border-radius:5px;
padding:.1em .35em}
pre{background:var(--soft);border-radius:8px;padding:12px 14px;overflow-x:auto;margin:.6em 0}
pre code{background:none;padding:0}
.facts{color:var(--muted);margin:0 0 20px;font-size:.92rem}.facts span:not(:last-child)::after{content:" · "}
.verdict{font-size:1.14rem;line-height:1.5;max-width:68em;margin:0 0 .5em}
.lead{color:var(--muted);max-width:62em;margin:0 0 14px}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(210px,1fr));gap:12px;margin:24px 0 0;padding:0;
list-style:none}
.tile{background:var(--soft);border-radius:12px;padding:14px 16px}
.tile b{display:block;font-size:1.7rem;line-height:1.2;letter-spacing:-.02em;font-variant-numeric:tabular-nums}
.tile span{color:var(--muted);font-size:.86rem;line-height:1.35;display:block}
.card{background:var(--card);border:1px solid var(--line);border-radius:14px;padding:18px 20px;margin:14px 0;
min-width:0}
.grid{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:14px}.grid .card{margin:0}
.three{grid-template-columns:repeat(3,minmax(0,1fr))}
.figure-head{display:flex;justify-content:space-between;gap:12px;align-items:start}
.how{color:var(--muted);font-size:.9rem;margin:2px 0 12px}.how b{color:var(--ink);font-weight:600}
.chart{position:relative;width:100%}
button{font:inherit;font-size:.8rem;white-space:nowrap;color:var(--muted);background:none;
border:1px solid var(--line);border-radius:999px;padding:2px 11px;cursor:pointer}
button:hover,button[aria-pressed=true]{color:var(--ink);background:var(--soft)}
button:focus-visible,summary:focus-visible,
.scroll:focus-visible{outline:2px solid var(--of-omega-prime,#2542b8);outline-offset:2px}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:.9rem;font-variant-numeric:tabular-nums}
th,td{padding:9px 12px;text-align:left;vertical-align:top;border-bottom:1px solid var(--line)}
tbody tr:last-child>*{border-bottom:0}
thead th{color:var(--muted);font-weight:600;font-size:.8rem;vertical-align:bottom}
tbody th{font-weight:600;white-space:nowrap}
td.figure,th.figure{text-align:right;white-space:nowrap}
.dense th,.dense td{padding:7px 8px;font-size:.84rem}.dense thead th{white-space:normal;font-size:.76rem;
min-width:64px}.dense td:nth-child(2){min-width:128px}
.scroll tbody th{position:sticky;left:0;background:var(--card)}
.line{display:block}th .line{font-weight:400;color:var(--muted)}.line+.line{color:var(--muted);font-size:.93em}
.name{display:inline-flex;align-items:center;gap:8px}.name i{width:11px;height:11px;border-radius:3px;flex:none}
.chip{display:inline-block;border-radius:999px;padding:1px 10px;font-size:.76rem;font-weight:650;
white-space:nowrap;background:var(--idle-soft);color:var(--idle)}
.chip.good{background:var(--good-soft);color:var(--good)}.chip.bad{background:var(--bad-soft);color:var(--bad)}
.chip.warn{background:var(--warn-soft);color:var(--warn)}
.warning{background:var(--warn-soft);color:var(--warn);border-radius:9px;padding:8px 13px;margin:8px 0;
font-size:.9rem}
details{border-top:1px solid var(--line);padding:10px 0}details:first-of-type{border-top:0}
summary{cursor:pointer;font-weight:600}
dl{display:grid;grid-template-columns:minmax(150px,auto) 1fr;gap:4px 18px;margin:10px 0;font-size:.9rem}
dt{color:var(--muted)}dd{margin:0;overflow-wrap:anywhere}
li{margin:.25em 0}
footer{color:var(--muted);font-size:.86rem;padding:36px 0 56px}
@media (min-width:641px){.wide td:nth-child(2){min-width:170px}.wide td:nth-child(3){min-width:140px}
.wide td:nth-child(4){min-width:205px}.wide td:last-child{white-space:nowrap}}
@media (max-width:860px){.grid{grid-template-columns:minmax(0,1fr)}
.three{grid-template-columns:repeat(2,minmax(0,1fr))}}
@media (max-width:640px){
main,header>div{padding:0 14px}header{padding:24px 0 20px}h1{font-size:1.5rem}h2{margin-top:36px}
.verdict{font-size:1.03rem}
.card{padding:14px;border-radius:12px}.tiles{grid-template-columns:repeat(2,minmax(0,1fr));gap:8px}
.tile{padding:10px 12px}.tile b{font-size:1.3rem}.tile span{font-size:.78rem}
.three{grid-template-columns:minmax(0,1fr)}dl{grid-template-columns:1fr;gap:0}dd{margin-bottom:7px}
.dense td:not(:nth-child(2)){white-space:nowrap}
.stack thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.stack,.stack tbody{display:block}.stack tr{display:block;padding:12px 0;border-bottom:1px solid var(--line)}
.stack tr:first-child{padding-top:0}.stack tr:last-child{border:0;padding-bottom:0}
.stack th,.stack td{display:block;border:0;padding:2px 0}.stack tbody th{font-size:1.02rem}
.stack td{display:grid;grid-template-columns:104px minmax(0,1fr);gap:10px}
.stack td::before{content:attr(data-label);color:var(--muted);font-size:.8rem}
}
@media print{body{background:#fff}.card{break-inside:avoid}button{display:none}}
`;
