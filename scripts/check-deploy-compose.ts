import { parse } from 'yaml';
import { z } from 'zod';

/** The part of the Compose schema that docker-compose.yml uses. Any other key is a mistake. */
const Healthcheck = z.strictObject({
  test: z.array(z.string()).min(2).optional(),
  disable: z.literal(true).optional(),
  interval: z.string().optional(),
  timeout: z.string().optional(),
  start_period: z.string().optional(),
  retries: z.number().int().optional(),
});

const Condition = z.enum(['service_started', 'service_healthy', 'service_completed_successfully']);
const Limits = z.strictObject({
  cpus: z.string(),
  memory: z.string().regex(/^\d+[MG]$/),
  pids: z.number().int(),
});
const Scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);

const Service = z.strictObject({
  image: z.string(),
  build: z.string().optional(),
  user: z.string().optional(),
  command: z.array(z.string()).optional(),
  entrypoint: z.array(z.string()).optional(),
  environment: z.record(z.string(), Scalar).optional(),
  volumes: z.array(z.string()).optional(),
  ports: z.array(z.string()).optional(),
  networks: z.array(z.string()).min(1),
  depends_on: z.record(z.string(), z.strictObject({ condition: Condition })).optional(),
  profiles: z.array(z.string()).optional(),
  healthcheck: Healthcheck,
  restart: z.string().regex(/^(unless-stopped|on-failure:\d+)$/),
  read_only: z.boolean().optional(),
  tmpfs: z.array(z.string()).optional(),
  init: z.boolean().optional(),
  shm_size: z.string().optional(),
  cap_drop: z.array(z.string()).optional(),
  security_opt: z.array(z.string()).optional(),
  logging: z.record(z.string(), z.unknown()).optional(),
  stop_signal: z.string().optional(),
  stop_grace_period: z.string().optional(),
  deploy: z.strictObject({
    replicas: z.union([z.string(), z.number()]).optional(),
    resources: z.strictObject({ limits: Limits }),
  }),
});

const Compose = z.looseObject({
  name: z.string(),
  services: z.record(z.string(), Service),
  volumes: z.record(z.string(), z.null()),
  networks: z.record(z.string(), z.union([z.null(), z.strictObject({ internal: z.boolean() })])),
});

type Compose = z.infer<typeof Compose>;
type Service = z.infer<typeof Service>;

/** Variables without which `docker compose up` must refuse to start. */
const REQUIRED = [
  'POSTGRES_PASSWORD',
  'STEWARD_OWNER_PASSWORD',
  'STEWARD_DB_PASSWORD',
  'TEMPORAL_DB_PASSWORD',
  'STEWARD_ADMIN_KEY',
  'STEWARD_DATA_KEY',
];
const PUBLISHED = ['api', 'temporal-ui'];

/** What is wrong with a Compose file, a sentence each. `settings` are the names the configuration knows. */
export function composeProblems(text: string, settings: readonly string[]): string[] {
  const parsed = Compose.safeParse(parse(text, { merge: true }));
  if (!parsed.success) return parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  const { data } = parsed;
  const services = Object.entries(data.services);
  const secrets = REQUIRED.filter(
    (name) => new RegExp(`\\$\\{${name}(?!:\\?|\\w)`).test(text) || !text.includes(`\${${name}:?`),
  );
  return [
    ...secrets.map((name) => `${name} must be required everywhere: \${${name}:?what to do}`),
    ...services.flatMap(([name, service]) =>
      serviceProblems(name, service).map((problem) => `${name}: ${problem}`),
    ),
    ...services.flatMap(([name, service]) =>
      referenceProblems(service, data).map((problem) => `${name}: ${problem}`),
    ),
    ...versionProblems(data),
    ...ownerProblems(data),
    ...services
      .filter(([, service]) => service.image.startsWith('steward:'))
      .flatMap(([name, service]) =>
        unknownSettings(service, settings).map(
          (setting) => `${name}: ${setting} is no setting of .env.example`,
        ),
      ),
  ];
}

function serviceProblems(name: string, service: Service): string[] {
  const once = service.restart.startsWith('on-failure');
  const rules: [boolean, string][] = [
    [isPinned(service.image), `the image ${service.image} is not pinned to an exact version`],
    [/^[1-9]\d*:[1-9]\d*$/.test(service.user ?? ''), 'must run as a numbered user that is not root'],
    [service.read_only === true, 'the root file system must be read-only'],
    [service.cap_drop?.includes('ALL') === true, 'all capabilities must be dropped'],
    [service.security_opt?.includes('no-new-privileges:true') === true, 'no-new-privileges is missing'],
    [once || service.healthcheck.test !== undefined, 'a service that stays up needs a health check'],
    [service.ports === undefined || PUBLISHED.includes(name), 'must not publish a port'],
    [
      (service.ports ?? []).every((port) => /^(127\.0\.0\.1|\$\{\w+:-127\.0\.0\.1\}):/.test(port)),
      'must publish on loopback by default',
    ],
    [service.environment?.['AUTH'] === undefined || service.environment['AUTH'] === 'on', 'AUTH must be on'],
  ];
  return rules.filter(([holds]) => !holds).map(([, problem]) => problem);
}

/** A tag with major, minor and patch, or an image of ours, whose tag a variable may set. */
function isPinned(image: string): boolean {
  const tag = image.slice(image.lastIndexOf(':') + 1);
  if (image.startsWith('steward:')) return /:-\d+\.\d+\.\d+\}$/.test(image);
  return image.includes(':') && (/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(tag) || /^1[0-9]\.\d+-\w+$/.test(tag));
}

function referenceProblems(service: Service, { services, volumes, networks }: Compose): string[] {
  const conditions = Object.entries(service.depends_on ?? {}).map(
    ([other, { condition }]): string | undefined => {
      const target = services[other];
      if (target === undefined) return `depends on ${other}, which is not there`;
      const once = target.restart.startsWith('on-failure');
      if (once !== (condition === 'service_completed_successfully'))
        return `waits for ${other} with ${condition}`;
      return condition === 'service_started' ? `must wait until ${other} is healthy` : undefined;
    },
  );
  const named = (service.volumes ?? [])
    .map((volume) => volume.split(':')[0] ?? '')
    .filter((source) => !source.startsWith('.'));
  return [
    ...conditions.filter((problem) => problem !== undefined),
    ...named.filter((source) => !(source in volumes)).map((source) => `the volume ${source} is not declared`),
    ...service.networks
      .filter((name) => !(name in networks))
      .map((name) => `the network ${name} is not declared`),
  ];
}

/** A worker outside the deployment gets no work, and a version that is not promoted gets no new runs. */
function versionProblems({ services }: Compose): string[] {
  const deploymentOf = (service: Service | undefined) => service?.environment?.['WORKER_DEPLOYMENT'];
  const promoted = deploymentOf(services['promote']);
  return Object.entries(services)
    .filter(([, service]) => service.command?.includes('processes/worker.ts'))
    .filter(([, service]) => deploymentOf(service) !== promoted)
    .map(([name]) => `${name}: WORKER_DEPLOYMENT is not that of promote`);
}

/** The owner's URL allows changes to the audit trail, so only the service that migrates and then ends may have it. */
function ownerProblems({ services }: Compose): string[] {
  return Object.entries(services)
    .filter(([, { image }]) => image.startsWith('steward:'))
    .flatMap(([name, { command, environment = {} }]) => {
      const { DATABASE_URL: url, MIGRATION_DATABASE_URL: ownerUrl } = environment;
      const migrates = command?.includes('scripts/migrate.ts') ?? false;
      if (!migrates) return knowsOwner(environment) ? [`${name}: must not know the owner of the tables`] : [];
      if (ownerUrl === undefined) return [`${name}: MIGRATION_DATABASE_URL is missing`];
      return userOf(ownerUrl) === userOf(url)
        ? [`${name}: MIGRATION_DATABASE_URL and DATABASE_URL must name two users`]
        : [];
    });
}

const knowsOwner = (environment: NonNullable<Service['environment']>): boolean =>
  Object.entries(environment).some(
    ([name, value]) => name === 'MIGRATION_DATABASE_URL' || String(value).includes('STEWARD_OWNER_PASSWORD'),
  );

const userOf = (url: unknown): string | undefined => /^postgresql:\/\/([^:@]+)/.exec(String(url))?.[1];

function unknownSettings(service: Service, settings: readonly string[]): string[] {
  return Object.keys(service.environment ?? {}).filter((name) => !settings.includes(name));
}

/** The files beside docker-compose.yml that it mounts. */
export function mountedFiles(text: string): string[] {
  const { services } = Compose.parse(parse(text, { merge: true }));
  const sources = Object.values(services).flatMap(({ volumes }) =>
    (volumes ?? []).map((volume) => volume.split(':')[0] ?? ''),
  );
  return sources.filter((source) => source.startsWith('./'));
}
