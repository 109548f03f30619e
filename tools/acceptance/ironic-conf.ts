import type { Cloud } from "../../core/openstack/clouds.ts";
import { ironicAuth } from "./ironic-auth.ts";

/** The network that QEMU gives a machine: of those kept for documentation (RFC 5737), so that nobody's cloud is there. */
export const nodeNetwork = "192.0.2.0/24";
/** Where a machine finds what listens on loopback here: the second address of its network (QEMU's documentation, user networking). */
export const hostSeenByNode = "192.0.2.2";

/** What differs between two runs of Ironic. */
export interface IronicPlace {
  /** Absolute; everything that Ironic writes is in it. */
  readonly directory: string;
  /** Of the API, on 127.0.0.1. */
  readonly apiPort: number;
  /** Of the web server for nodes, on 127.0.0.1. */
  readonly filesPort: number;
  /** The conductor's account. */
  readonly cloud: Cloud;
  /** Path of `cloud.tls.ca` as a file. */
  readonly caFile?: string;
}

type Section = Readonly<Record<string, string | number | boolean>>;

/**
 * Text of `ironic.conf`. Whatever is not here is Ironic's default, so that its verdicts are those of an Ironic out of the box
 * (option names: ironic/conf/ of 39.0.0).
 */
export function ironicConf(place: IronicPlace): string {
  const { directory, apiPort, filesPort, cloud } = place;
  const auth = ironicAuth(cloud, place.caFile);
  const service = {
    ...auth,
    valid_interfaces: cloud.interface,
    ...(cloud.region ? { region_name: cloud.region } : {}),
  };
  const sections: Readonly<Record<string, Section>> = {
    DEFAULT: {
      auth_strategy: "keystone",
      // An account as Ironic's installation guide makes it, user `ironic` in project `service`, may do everything.
      rbac_service_role_elevated_access: true,
      rpc_transport: "none",
      host: "acceptance",
      my_ip: "127.0.0.1",
      state_path: directory,
      tempdir: `${directory}/tmp`,
      log_file: `${directory}/ironic.log`,
      default_resource_class: "acceptance",
      // Our own questions are not news.
      default_log_levels: "ironic.api=WARN,urllib3=WARN,keystoneauth=WARN,keystonemiddleware=WARN,alembic=WARN",
      ...interfaces,
    },
    database: { connection: `sqlite:///${directory}/ironic.db?timeout=60` },
    conductor: {
      automated_clean: false,
      sync_power_state_interval: -1,
      heartbeat_interval: 10,
      // Fewer end the service: each of its periodic tasks holds one.
      workers_pool_size: 50,
      deploy_callback_timeout: 0,
    },
    dhcp: { dhcp_provider: "none" },
    deploy: {
      http_url: `http://${hostSeenByNode}:${filesPort}`,
      http_root: `${directory}/http`,
      iso_master_path: `${directory}/iso_master`,
      default_boot_option: "local",
    },
    agent: {
      certificates_path: `${directory}/certificates`,
      image_download_source: "http",
      deploy_logs_local_path: `${directory}/deploy-logs`,
      enable_bios_bootloader_install: true,
      post_deploy_get_power_state_retries: 2,
    },
    pxe: {
      tftp_root: `${directory}/tftp`,
      tftp_master_path: `${directory}/tftp_master`,
      images_path: `${directory}/images`,
      instance_master_path: `${directory}/instance_master`,
    },
    keystone_authtoken: { ...auth, www_authenticate_uri: cloud.authUrl },
    glance: { ...service, ...(cloud.imageEndpoint ? { endpoint_override: cloud.imageEndpoint } : {}) },
    service_catalog: { ...auth, endpoint_override: `http://${hostSeenByNode}:${apiPort}` },
  };
  return Object.entries(sections)
    .map(([name, options]) => `[${name}]\n${lines(options)}`)
    .join("\n");
}

const interfaces: Section = {
  enabled_hardware_types: "manual-management",
  enabled_boot_interfaces: "ipxe",
  enabled_deploy_interfaces: "direct,ramdisk",
  // `fake` knows PXE only, and fails when the disk is to be booted.
  enabled_management_interfaces: "noop",
  enabled_power_interfaces: "fake",
  enabled_network_interfaces: "noop",
  enabled_storage_interfaces: "noop",
  ...Object.fromEntries(
    ["bios", "console", "firmware", "inspect", "raid", "rescue", "vendor"].map((kind) => [
      `enabled_${kind}_interfaces`,
      `no-${kind}`,
    ]),
  ),
};

// oslo.config replaces `$name` and drops blanks and quotes at the ends of a value.
function lines(options: Section): string {
  return Object.entries(options)
    .map(([key, value]) => `${key} = "${String(value).replaceAll("$", "$$$$")}"\n`)
    .join("");
}
