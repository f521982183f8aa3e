/**
 * The report of a run, made from its result alone: a page, images and a summary. Can be made again at any time from
 * `result.json`.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Result } from '../results/schema.ts';
import { writeAtomically } from '../results/store.ts';
import { drawImage, imageCharts } from './charts/images.ts';
import { markdownSummary } from './markdown.ts';
import { reportPage } from './page/page.ts';

export interface ReportPaths {
  htmlPath: string;
  pngPaths: string[];
  markdownPath: string;
}

/** Writes report.html, summary.md and the PNG charts into `directory`, replacing earlier ones. */
export async function writeReport(directory: string, result: Result): Promise<ReportPaths> {
  await mkdir(directory, { recursive: true });
  const htmlPath = join(directory, 'report.html');
  const markdownPath = join(directory, 'summary.md');
  await writeAtomically(htmlPath, await reportPage(result));
  await writeAtomically(markdownPath, markdownSummary(result));
  const pngPaths: string[] = [];
  for (const [file, spec] of Object.entries(imageCharts(result))) {
    const path = join(directory, file);
    await writeAtomically(path, await drawImage(spec, result));
    pngPaths.push(path);
  }
  return { htmlPath, pngPaths, markdownPath };
}
