import { describe, expect, it } from 'vitest';
import { outputHash } from './output-hash.ts';

// `escaped` digests are Python's: sha256(identifier + ";" + json.dumps(result, ensure_ascii=False)[1:-1])
const lines = 'line\n"next"\\end';
const odd = 'tab\there\u0001 \u2028 é \u{1F600} "q" \\';

describe('the output hash', () => {
  it.each([
    [
      'mip',
      '01234567890123456789',
      lines,
      '7274791448dbdd3200d56594716830eec96cc7e4929e90a1f5d005dbbd3c1dcd',
    ],
    [
      'escaped',
      '01234567890123456789',
      lines,
      '36767ae2635033ebfa81d977b51a72b9d9ea541c73c9c7e6f55302543ba97db3',
    ],
    ['mip', 'id', odd, '28b0ec7c805e40d32cc7e1271b5e2438fdff4a08781bd30be6a67232be1199a6'],
    ['escaped', 'id', odd, 'a3f375622d31dba197f12c9422626ff2b86f63e92cab9b78f835e70a120a79d3'],
  ] as const)('%s', (mode, identifier, result, digest) => {
    expect(outputHash(identifier, result, mode)).toBe(digest);
  });
});
