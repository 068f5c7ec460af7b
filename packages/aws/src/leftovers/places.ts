import { hasAwsCode, isAccessDenied } from "../infra/aws-failure.js";
import { callerIdentity, type CallerIdentity } from "../infra/caller-identity.js";
import { createAwsClients, type AwsClientConfig, type AwsClients } from "../infra/clients.js";
import { Place } from "./place.js";
import { regionsBeside } from "./regions.js";

/** Where the collector looks, and as whom. */
export interface PlacesOptions {
  readonly region?: string | undefined;
  readonly clientConfig?: AwsClientConfig | undefined;
  /** In all regions of the account. */
  readonly allRegions: boolean;
  /** Also what never expires by itself: roles. Default: false. */
  readonly caches?: boolean | undefined;
  /** By how much more often than AWS permits its own customers something may be asked. Default: 1. */
  readonly haste?: number | undefined;
}

/** How a region answers in which an account is not known: it has not been enabled. */
const unknownCodes = [
  "AuthFailure",
  "InvalidClientTokenId",
  "InvalidToken",
  "OptInRequired",
  "UnrecognizedClientException",
];

/** The regions that are looked at. Nothing is asked of anyone before it is needed. */
export class Places {
  private readonly options: PlacesOptions;
  private home: Promise<AwsClients> | undefined;
  private caller: Promise<CallerIdentity> | undefined;
  private readonly places = new Map<string, Promise<Place>>();

  constructor(options: PlacesOptions) {
    this.options = options;
  }

  /** Also what never expires by itself is looked for. */
  get wantsCaches(): boolean {
    return this.options.caches === true;
  }

  /** Every region is looked at. */
  get isEverywhere(): boolean {
    return this.options.allRegions;
  }

  /** The account, and its region or regions. */
  async scope(signal?: AbortSignal): Promise<string> {
    const [{ account }, { region }] = await Promise.all([this.identity(signal), this.clients()]);
    return `${account}/${this.options.allRegions ? "all regions" : region}`;
  }

  /** The names of the regions, that of the options first. */
  async regions(): Promise<readonly string[]> {
    const { region } = await this.clients();
    if (!this.options.allRegions) return [region];
    return [...new Set([region, ...regionsBeside(region)])];
  }

  /** A region; that of the options, where none is named. */
  in(region: string, signal?: AbortSignal): Promise<Place> {
    let place = this.places.get(region);
    if (place === undefined) {
      place = this.open(region, signal);
      this.places.set(region, place);
      place.catch(() => this.places.delete(region)); // the next one tries again
    }
    return place;
  }

  /** Who asks. */
  private async identity(signal?: AbortSignal): Promise<CallerIdentity> {
    this.caller ??= this.clients().then((clients) => callerIdentity({ clients, signal }));
    this.caller.catch(() => (this.caller = undefined));
    return this.caller;
  }

  private clients(): Promise<AwsClients> {
    this.home ??= createAwsClients(this.options);
    return this.home;
  }

  private async open(region: string, signal?: AbortSignal): Promise<Place> {
    const home = await this.clients();
    const name = region || home.region;
    const { clientConfig, haste } = this.options;
    const clients =
      name === home.region ? home : await createAwsClients({ region: name, clientConfig });
    return new Place(clients, await this.identity(signal), haste);
  }
}

/**
 * Why a whole region may be passed over, if the first request there fails so: nothing of it is known then,
 * and nothing deleted. Undefined if the failure is another.
 */
export function reasonToSkipRegion(error: unknown): "not enabled" | "not permitted" | undefined {
  if (hasAwsCode(error, ...unknownCodes)) return "not enabled";
  return isAccessDenied(error) ? "not permitted" : undefined;
}
