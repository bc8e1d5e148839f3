/** Everything that docs/performance.md shows figures of: the words of one command each, under the name of its record in docs/generated/performance. */
export const MEASUREMENTS = {
  send: 'bench send rate=8000 seconds=8 baselineRate=14000',
  'send-half': 'bench send rate=3500 seconds=8 baseline=false',
  'send-cluster': 'bench send --profile cluster rate=5000 seconds=8 baselineRate=9000',
  fanout: 'bench fanout connections=5000 rate=6 seconds=10',
  history: 'bench history seconds=8',
  'idle-connections': 'bench idle-connections',
  connections: 'bench connections count=100000 openingRate=350 posts=10 seconds=90',
  cache: 'bench cache',
  startup: 'bench startup',
  'write-path': 'bench write-path',
  upload: 'bench upload',
  thumbnail: 'bench thumbnail',
  serve: 'bench serve',
  'send-media': 'bench send rate=7000 seconds=8 baseline=false media=20',
  'send-half-media': 'bench send rate=3500 seconds=8 baseline=false media=20',
  projection: 'bench projection',
  'first-load': 'bench first-load',
  scroll: 'bench scroll',
  'event-log': 'bench event-log log=kafka records=100000',
  'profile-send': 'profile send rate=3500 seconds=10',
  'profile-send-cluster': 'profile send --profile cluster rate=2500 seconds=10',
  'profile-fanout': 'profile fanout rate=20 seconds=8',
  'profile-history': 'profile history seconds=8',
} as const satisfies Readonly<Record<string, string>>;

export type MeasurementName = keyof typeof MEASUREMENTS;

/** As a reader types it. */
export function commandOf(name: MeasurementName): string {
  return MEASUREMENTS[name].replace(/^(\w+) /, 'npm run $1 -- ');
}
