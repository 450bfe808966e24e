import { Migration } from '@mikro-orm/migrations';

/** Accounts whose transactions are numbered (EVM nonces): the next number of each, handed out under the row's lock. */
export class M0008Signers extends Migration {
  override up(): void {
    this.addSql(`
      create table signer (
        network text not null,
        address text not null,
        next bigint not null check (next >= 0),
        primary key (network, address)
      )`);
  }
}
