import { z } from 'zod';
import { defineService, ok, type ServiceDefinition } from '../definition.ts';
import { numbersOf, round, SeriesInput } from './series.ts';
import { isObject } from '../../../domain/json.ts';

const WIDTH = 640;
const HEIGHT = 320;
const MARGIN = 48;

const escapeXml = (text: string): string =>
  text.replace(/[<>&"']/g, (character) => `&#${character.charCodeAt(0)};`);

/** A line chart with its range on the axis; plain SVG without script or outside references. */
export function drawChart(values: readonly number[], title: string): string {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const x = (index: number) => MARGIN + (index / Math.max(1, values.length - 1)) * (WIDTH - 2 * MARGIN);
  const y = (value: number) => HEIGHT - MARGIN - ((value - low) / (high - low || 1)) * (HEIGHT - 2 * MARGIN);
  const points = values.map((value, index) => `${round(x(index), 1)},${round(y(value), 1)}`).join(' ');
  const label = (text: string, top: number) =>
    `<text x="4" y="${top}" font-family="sans-serif" font-size="11">${escapeXml(text)}</text>`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img">`,
    `<title>${escapeXml(title)}</title>`,
    `<text x="${WIDTH / 2}" y="24" text-anchor="middle" font-family="sans-serif" font-size="15">${escapeXml(title)}</text>`,
    label(String(round(high, 2)), MARGIN + 4),
    label(String(round(low, 2)), HEIGHT - MARGIN + 4),
    `<polyline points="${points}" fill="none" stroke="#2458c5" stroke-width="2"/>`,
    '</svg>',
  ].join('');
}

const Section = z.object({ title: z.string().min(1).max(200), content: z.unknown() });
const ReportInput = z
  .looseObject({
    title: z.string().min(1).max(200).default('Report'),
    sections: z.array(Section).max(50).optional(),
    data: z.unknown().optional(),
  })
  .refine((input) => input.sections !== undefined || input.data !== undefined, {
    message: 'send sections or data',
  });

/** Markdown from titled sections; without sections each field of the data becomes one. */
export function composeReport({ title, sections, data }: z.output<typeof ReportInput>): string {
  const isFields = isObject(data);
  const fields = isFields ? Object.entries(data) : [['Data', data] as const];
  const parts = sections ?? fields.map(([name, content]) => ({ title: name, content }));
  return [`# ${title}`, ...parts.map((part) => `## ${part.title}\n\n${toMarkdown(part.content)}`)].join(
    '\n\n',
  );
}

function toMarkdown(content: unknown): string {
  if (typeof content === 'string') return content;
  const isFlat =
    typeof content === 'object' &&
    content !== null &&
    Object.values(content).every((value) => typeof value !== 'object');
  if (isFlat && !Array.isArray(content)) {
    return Object.entries(content)
      .map(([name, value]) => `- ${name}: ${String(value)}`)
      .join('\n');
  }
  return `\`\`\`json\n${JSON.stringify(content, null, 2)}\n\`\`\``;
}

const ChartInput = SeriesInput.extend({ title: z.string().max(200).default('Chart') }).refine(
  (input) => numbersOf(input) !== undefined,
  { message: 'send numbers as values, series or data' },
);

export function createDocumentServices(): ServiceDefinition[] {
  const shared = { seller: 'studio', method: 'POST', category: 'documents', verified: true } as const;
  return [
    defineService({
      ...shared,
      id: 'line-chart',
      name: 'Line Chart',
      description: 'Draw a line chart of a numeric series as an SVG image',
      capabilities: ['chart', 'plot', 'svg', 'visualization', 'series'],
      path: '/chart',
      price: 40_000n,
      chains: ['solana'],
      reputationScore: 8100,
      expectedMs: 40,
      input: ChartInput,
      output: z.object({ svg: z.string(), mimeType: z.string(), points: z.number() }),
      example: {
        input: { values: [1, 3, 2], title: 'Example' },
        output: { svg: '<svg/>', mimeType: 'image/svg+xml', points: 3 },
      },
      answer: (input) => {
        const values = numbersOf(input) ?? [];
        return ok({ svg: drawChart(values, input.title), mimeType: 'image/svg+xml', points: values.length });
      },
    }),
    defineService({
      ...shared,
      id: 'report-composer',
      name: 'Report Composer',
      description: 'Compose a markdown report from sections of text and data',
      capabilities: ['report', 'compose', 'markdown', 'document'],
      path: '/report',
      price: 100_000n,
      chains: ['solana', 'evm'],
      reputationScore: 8600,
      expectedMs: 40,
      input: ReportInput,
      output: z.object({ markdown: z.string(), sections: z.number(), words: z.number() }),
      example: {
        input: { title: 'Example', sections: [{ title: 'One', content: 'Text' }] },
        output: { markdown: '# Example\n\n## One\n\nText', sections: 1, words: 3 },
      },
      answer: (input) => {
        const markdown = composeReport(input);
        return ok({
          markdown,
          sections: markdown.match(/^## /gm)?.length ?? 0,
          words: markdown.match(/\p{L}+/gu)?.length ?? 0,
        });
      },
    }),
  ];
}
