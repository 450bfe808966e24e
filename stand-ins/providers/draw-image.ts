import { createHash } from 'node:crypto';

const SIZE = 512;
const SHAPES = 9;
const LETTERS = 36;

/** A picture of a prompt: colours and shapes from its hash, and its first words. The same prompt gives the same picture. */
export function drawImage(prompt: string): string {
  const bytes = createHash('sha512').update(prompt).digest();
  const hue = (at: number): number => Math.round((bytes[at]! * 360) / 256);
  const shapes = Array.from({ length: SHAPES }, (_none, index) => shapeOf(bytes, index));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${SIZE} ${SIZE}" width="${SIZE}" height="${SIZE}" role="img">`,
    `<title>${escape(shorten(prompt))}</title>`,
    `<defs><linearGradient id="sky" x1="0" y1="0" x2="1" y2="1"><stop offset="0" stop-color="hsl(${hue(60)} 70% 35%)"/><stop offset="1" stop-color="hsl(${hue(61)} 70% 65%)"/></linearGradient></defs>`,
    `<rect width="${SIZE}" height="${SIZE}" fill="url(#sky)"/>`,
    ...shapes,
    `<text x="50%" y="94%" text-anchor="middle" font-family="sans-serif" font-size="22" fill="#fff">${escape(shorten(prompt))}</text>`,
    '</svg>',
    '',
  ].join('\n');
}

function shapeOf(bytes: Buffer, index: number): string {
  const [x, y, size, hue, kind, turn] = bytes.subarray(index * 6, index * 6 + 6) as unknown as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const paint = `fill="hsl(${Math.round((hue * 360) / 256)} 80% 60%)" fill-opacity="0.6"`;
  const radius = 20 + size / 2;
  if (kind % 2 === 0) return `<circle cx="${x * 2}" cy="${y * 2}" r="${radius}" ${paint}/>`;
  return `<rect x="${x * 2 - radius}" y="${y * 2 - radius}" width="${radius * 2}" height="${radius * 2}" transform="rotate(${turn} ${x * 2} ${y * 2})" ${paint}/>`;
}

function shorten(prompt: string): string {
  const letters = Array.from(prompt.replace(/\s+/g, ' ').trim());
  return letters.length <= LETTERS ? letters.join('') : `${letters.slice(0, LETTERS - 1).join('')}…`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Control characters and halves of letters would make the file no XML. */
const escape = (text: string): string =>
  text
    .toWellFormed()
    .replace(/[\p{Cc}\uFFFE\uFFFF]/gu, '')
    .replace(/[&<>"']/g, (sign) => ENTITIES[sign]!);
