import { openDatabase } from '../../../db/database.ts';
import { takeNumbers } from '../../../db/repositories/signers.ts';

/** A process that takes numbers and prints them: `take-numbers.ts <database> <times>`. */
const [url = '', times = '1'] = process.argv.slice(2);
const db = await openDatabase(url, { poolSize: 2 });
const signer = { network: 'eip155:1', address: '0xsigner' };
const taken: number[] = [];
for (let time = 0; time < Number(times); time++)
  taken.push(await db.transaction((client) => takeNumbers(client, signer, 2, 5)));
process.stdout.write(JSON.stringify(taken));
await db.close();
