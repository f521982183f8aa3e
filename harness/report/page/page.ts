/** The report as one HTML file: no request leaves it, and a policy in it forbids any. */
import type { Result } from '../../results/schema.ts';
import { pageThemes } from '../charts/themes.ts';
import { formatTime } from '../format.ts';
import { closing } from './closing.ts';
import { figureSections, pageCharts } from './figures.ts';
import { codeScript, Html, html, jsonScript } from './html.ts';
import { opening, talkTableSection } from './opening.ts';
import { chartLibrary, pageScript } from './scripts.ts';
import { style } from './style.ts';

const policy = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:";

export async function reportPage(result: Result): Promise<string> {
  const names = Object.keys(result.architectures);
  const charts = pageCharts(result);
  const specs = Object.values(charts).flat();
  const [library, script] = await Promise.all([chartLibrary(), pageScript()]);
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${new Html(policy)}">
<meta name="viewport" content="width=device-width,initial-scale=1">
<title>omegabench: ${result.runId}</title>
<link rel="icon" href="data:,">
<style>${new Html(style(names))}</style></head>
<body>
${opening(result)}
<main>
<noscript><p class="warning">The charts need JavaScript; every figure is also in a table.</p></noscript>
${talkTableSection(result)}
${figureSections(result, charts)}
${closing(result)}
<footer>Made by omegabench ${result.environment.packageVersion} from <code>result.json</code>,
schema ${result.schemaVersion}; the run ended ${formatTime(result.finishedAt)}.</footer>
</main>
${jsonScript('charts', { specs, themes: pageThemes(names) })}
${codeScript(library)}
${codeScript(script)}
</body></html>
`.text;
}
