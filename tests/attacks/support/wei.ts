import '../../../config/quiet-bindings.ts';
import {
  createAssociatedTokenAccountIdempotentInstruction,
  createInitializeMint2Instruction,
  createMintToInstruction,
  createTransferCheckedInstruction,
  MINT_SIZE,
  TOKEN_PROGRAM_ID,
} from '@solana/spl-token';
import { Keypair, PublicKey, SystemProgram } from '@solana/web3.js';
import { Contract, Wallet } from 'ethers';
import { deployContract } from '../../../contracts/deploy.ts';
import { sampleToken } from '../../../contracts/sample-token.ts';
import { send } from '../../../contracts/test/chain.ts';
import { assetId, type AssetBook } from '../../../domain/assets.ts';
import type { LocalAssets } from '../../../embedded/chains/local-assets.ts';
import { evmProvider } from '../../chains/support/looking.ts';
import type { SolanaWallets } from '../../chains/support/solana-wallets.ts';

const DECIMALS = 18;
const MOST = 2n ** 64n - 1n; // what a mint on Solana can have

/** The local chains with another USDC, of eighteen decimals, on both. */
export interface Wei {
  assets: LocalAssets;
  book: AssetBook;
  mint: PublicKey;
  /** Sends minor units from the faucet, which has all there are; answers the signature. */
  give(to: PublicKey, amount: bigint): Promise<string>;
  /** Sends minor units into the escrow. */
  deposit(from: Keypair, amount: bigint): Promise<string>;
  onEvm(owner: string): Promise<bigint>;
  onSolana(owner: PublicKey): Promise<bigint>;
}

export async function startWei(local: LocalAssets, wallets: SolanaWallets): Promise<Wei> {
  const { evm, solana, solanaNetwork } = local;
  const address = await deployToken(local);
  const mint = await createMint(wallets);
  const code = { code: 'USDC', decimals: DECIMALS };
  const onSolana = mint.toBase58();
  const book: AssetBook = {
    escrowNetwork: solanaNetwork,
    assets: [
      ...local.assets.filter(({ code: other }) => other === 'SOL'),
      { ...code, id: assetId(solanaNetwork, onSolana, 501), network: solanaNetwork, address: onSolana },
      { ...code, id: assetId(evm.network, address, 501), network: evm.network, address },
    ],
  };
  const transfer = (from: Keypair, to: PublicKey, amount: bigint): Promise<string> => {
    const [source, target] = [from.publicKey, to].map((owner) => wallets.tokenAccount(owner, mint));
    return wallets.send(
      [from],
      [
        createAssociatedTokenAccountIdempotentInstruction(from.publicKey, target!, to, mint),
        createTransferCheckedInstruction(source!, mint, target!, from.publicKey, amount, DECIMALS),
      ],
    );
  };
  return {
    book,
    mint,
    assets: {
      ...local,
      assets: book.assets,
      evm: { ...evm, token: { ...evm.token, address, decimals: DECIMALS } },
      solana: { ...solana, mint: { ...solana.mint, address: onSolana, decimals: DECIMALS } },
    },
    give: (to, amount) => transfer(wallets.faucet, to, amount),
    deposit: (from, amount) => transfer(from, wallets.escrow, amount),
    onSolana: (owner) => wallets.tokenBalance(owner, mint),
    async onEvm(owner) {
      const provider = evmProvider(evm.rpcUrl);
      const token = new Contract(address, sampleToken.abi, provider);
      const balance = (await token.getFunction('balanceOf')(owner)) as bigint;
      provider.destroy();
      return balance;
    },
  };
}

/** The operator has as much as a uint256 can count. */
async function deployToken({ evm }: LocalAssets): Promise<string> {
  const provider = evmProvider(evm.rpcUrl);
  const deployer = new Wallet(evm.deployer.privateKey, provider);
  const { name, symbol } = evm.token;
  const token = await deployContract(sampleToken, deployer, name, symbol, DECIMALS, deployer.address);
  await send(token, 'mint', evm.operator.address, 2n ** 256n - 1n);
  provider.destroy();
  return token.getAddress();
}

async function createMint({
  connection,
  faucet,
  send: sendAll,
  tokenAccount,
}: SolanaWallets): Promise<PublicKey> {
  const mint = Keypair.generate();
  const own = tokenAccount(faucet.publicKey, mint.publicKey);
  await sendAll(
    [faucet, mint],
    [
      SystemProgram.createAccount({
        fromPubkey: faucet.publicKey,
        newAccountPubkey: mint.publicKey,
        lamports: await connection.getMinimumBalanceForRentExemption(MINT_SIZE),
        space: MINT_SIZE,
        programId: TOKEN_PROGRAM_ID,
      }),
      createInitializeMint2Instruction(mint.publicKey, DECIMALS, faucet.publicKey, null),
      createAssociatedTokenAccountIdempotentInstruction(
        faucet.publicKey,
        own,
        faucet.publicKey,
        mint.publicKey,
      ),
      createMintToInstruction(mint.publicKey, own, faucet.publicKey, MOST),
    ],
  );
  return mint.publicKey;
}
