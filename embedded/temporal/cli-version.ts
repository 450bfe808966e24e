import { run } from '../downloads.ts';

/** Update-with-start is finished and fairness keys are understood from here on. */
const OLDEST_SERVER = [1, 28];

/** Runs `temporal --version`; an error when the file is no Temporal CLI or its server is too old for Steward. */
export async function requireUsableCli(path: string): Promise<string> {
  const said = await run(path, ['--version'], { timeoutMs: 10_000 });
  const version = /^temporal version \S+ \(Server (\d+)\.(\d+)\.\d+/.exec(said);
  if (!version) throw new Error(`${path} is not the Temporal CLI (it says: ${said.slice(0, 80).trim()})`);
  const [major, minor] = [Number(version[1]), Number(version[2])];
  const [oldestMajor = 0, oldestMinor = 0] = OLDEST_SERVER;
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return path;
  throw new Error(
    `${path} brings server ${major}.${minor}, Steward needs ${OLDEST_SERVER.join('.')} or later`,
  );
}
