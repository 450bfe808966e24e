/**
 * What differs from one run to the next, each kind in the very form in which it is written. A value that recurs within one
 * recording keeps its number, so that a recording also says which ids are the same. Kinds of `PLAIN` have no number.
 */
const KINDS: Readonly<Record<string, string>> = {
  time: String.raw`\b20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z`,
  // What the stand-in of the payment service calls a payment begins with its name in hex.
  payment: String.raw`\b7374616e642d696e[0-9a-f]{40,}\b`,
  nonce: String.raw`\b[0-9a-f]{20}\b`,
  flow_run: String.raw`\b[0-9a-f]{24}\b`,
  workflow: String.raw`\bwf_\d{13}_[0-9a-f]{16}\b`,
  intent: String.raw`\bpi_[0-9a-f]{32}\b`,
  withdrawal: String.raw`\bwd_[0-9a-f]{32}\b`,
  secret: String.raw`\bsk_[0-9a-z]+_[\w-]{20,}`,
  key_id: String.raw`(?<!\w)[0-9a-f]{12}(?!\w)`,
  uuid: String.raw`(?<![0-9a-f-])[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b`,
  ms: String.raw`(?<![\w.])1[6-9]\d{11}(?![\w.])`,
  port: String.raw`(?<=(?:127\.0\.0\.1|localhost):)\d{4,5}\b`,
  hex: String.raw`(?<![\w])(?:0x)?(?:[0-9a-f]{128}|[0-9a-f]{64}|[0-9a-f]{32})(?![\w])`,
  evm: String.raw`\b0x[0-9a-fA-F]{40}\b`,
  signature: String.raw`\b[1-9A-HJ-NP-Za-km-z]{86,88}\b`,
  base58: String.raw`\b[1-9A-HJ-NP-Za-km-z]{43,44}\b|(?<=solana:)[1-9A-HJ-NP-Za-km-z]{32}\b`,
};

/** Values whose form says nothing: told by the member of JSON, or the place in an address, in which they stand. */
const PLACES: Readonly<Record<string, string>> = {
  cursor: String.raw`${member('next_cursor|nextCursor', '"')}[\w=-]{8,}|(?<=[?&](?:cursor|after)=)[\w=-]{20,}`,
  ticket: String.raw`${member('ticket', '"')}[^"]+|(?<=[?&]ticket=)[^\s&"]+`,
  key: String.raw`${member('key_id|public_key|kid|x', '"')}[\w+/=-]{16,44}(?=")`,
  signed: String.raw`${member('signature', '"')}[\w+/]{86}==`,
  // How much was audited before a receipt was issued depends on what else went on.
  audit_head: String.raw`${member('head')}\{"line":\d+,"hash":"[0-9a-f]{64}","at":"[^"]+"\}`,
  // A hash of the whole page or description, whose operations are compared line by line.
  etag: String.raw`(?<=\betag: )"[^"]+"`,
  // Of which sender and asset a transaction's part is.
  share: String.raw`(?<=\bdeposit:[1-9A-HJ-NP-Za-km-z]{40,90}:)[0-9a-f]{16}\b`,
  duration: String.raw`${member('uptime|totalTime|time|timeMs|age_ms|took_ms')}\d+(?:\.\d+)?`,
  height: String.raw`${member('last_valid_block_height|signed_block|signed_slot|slot')}\d+|(?<=block or slot )\d+`,
  seconds: String.raw`${member('valid_before', '"')}\d{10}`,
};

/** Made of what was sent and nothing else, so they are the same each time and are compared. */
const KEPT = String.raw`${member('input_hash|inputHash|resultHash', '"')}(?<kept>[0-9a-f]{64})`;

const PLAIN = new Set(['time', 'ms', 'duration', 'height', 'seconds', 'audit_head', 'etag']);

const PATTERN = new RegExp(
  [
    KEPT,
    ...Object.entries(PLACES).map(([kind, form]) => `(?<${kind}>${form})`),
    ...Object.entries(KINDS).map(([kind, form]) => `(?<${kind}>${form})`),
  ].join('|'),
  'g',
);

function member(names: string, then = ''): string {
  return String.raw`(?<=(?<!\\)"(?:${names})":${then})`;
}

/** Replaces what differs in the texts of one recording. */
export function createNormaliser(): (text: string) => string {
  const numbers = new Map<string, Map<string, number>>();
  const place = (kind: string, value: string): string => {
    if (kind === 'kept') return value;
    if (PLAIN.has(kind)) return `<${kind}>`;
    const known = numbers.get(kind) ?? new Map<string, number>();
    numbers.set(kind, known);
    if (!known.has(value)) known.set(value, known.size + 1);
    return `<${kind}-${known.get(value)}>`;
  };
  return (text) =>
    text.replace(PATTERN, (found, ...rest) => {
      const groups = rest.at(-1) as Record<string, string | undefined>;
      const kind = Object.keys(groups).find((name) => groups[name] !== undefined)!;
      return place(kind, found);
    });
}
