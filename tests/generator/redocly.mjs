// Runs Redocly CLI again and again in one process: loading it takes longer than a comparison.
// It reads a line with the arguments of each command, and writes a line with its end; both are JSON. They have
// pipes of their own, for a command may set its standard streams not to wait.
import { readSync, writeSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const [program, , cli, commands, ends] = process.argv;
const piece = Buffer.alloc(65536);
let waiting = '';
let count = 0;
let said = null;

function nextLine() {
  while (!waiting.includes('\n')) {
    const length = readSync(Number(commands), piece);
    if (length === 0) process.reallyExit(0);
    waiting += piece.toString('utf8', 0, length);
  }
  const end = waiting.indexOf('\n');
  const line = waiting.slice(0, end);
  waiting = waiting.slice(end + 1);
  return line;
}

for (const name of ['stdout', 'stderr']) {
  process[name].write = (text) => {
    said[name] += text;
    return true;
  };
}
// The first exit counts: in a process of its own nothing would come after it.
process.exit = (code) => {
  said.code ??= code ?? process.exitCode ?? 0;
};

// As a process of its own would, a command ends when nothing is left to do.
process.on('beforeExit', function ended() {
  if (said !== null) {
    // What the command wanted to do then belongs to it, not to the next one.
    for (const listener of process.rawListeners('beforeExit')) {
      if (listener !== ended) listener.call(process, process.exitCode);
    }
    said.code ??= process.exitCode ?? 0;
    writeSync(Number(ends), JSON.stringify(said) + '\n');
  }
  process.argv = [program, cli, ...JSON.parse(nextLine())];
  process.exitCode = undefined;
  said = { stdout: '', stderr: '', code: undefined };
  // Another address is another module: this one runs anew, those that it imports are there.
  import(`${pathToFileURL(cli)}?${count++}`).catch((error) => {
    said.stderr += error.stack;
    said.code ??= 1;
  });
});
