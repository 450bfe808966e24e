import { HALVES, scoreHalf, scoreThirdInvented } from './halves.ts';
import { failuresOf, tableOf } from './print.ts';

const print = (text: string): void => void process.stdout.write(`${text}\n`);
const args = process.argv.slice(2);
const halves = HALVES.filter((half) => args.includes(half));
const isThird = args.includes('third-invented');
for (const half of halves.length === 0 && !isThird ? HALVES : halves) {
  const { sample, invented } = await scoreHalf(half);
  print(tableOf(`${half} half`, sample));
  if (invented.length > 0) print(tableOf(`${half} half, invented services`, invented));
  // The counts alone tell nobody what the sentences are.
  if (!args.includes('--counts')) print(failuresOf([...sample, ...invented]));
}
if (isThird) {
  const scored = await scoreThirdInvented();
  print(tableOf('third set of invented services', scored));
  if (!args.includes('--counts')) print(failuresOf(scored));
}
