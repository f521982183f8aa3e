/** A process that starts a generator on the specification in argv[2] and says when it has appended something. */
import { GeneratorProcess } from '../../harness/load/generator-process.ts';

const generator = new GeneratorProcess(JSON.parse(process.argv[2] as string));
generator.go();
const watch = setInterval(() => {
  if (generator.progress.appendedRows.some((rows) => rows === 0)) return;
  clearInterval(watch);
  process.send?.('appending');
}, 10);
