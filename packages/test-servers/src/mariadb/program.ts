import type { Home } from '../process/home.ts'
import type { Command } from '../process/messages.ts'

/** Settings under which a SIGKILL loses nothing that was committed: the operating system does not crash in tests. */
const defaults = {
  bind_address: '127.0.0.1',
  character_set_server: 'utf8mb4',
  innodb_buffer_pool_size: '64M',
  innodb_flush_log_at_trx_commit: '2',
  max_allowed_packet: '256M',
  max_connections: '200',
  skip_name_resolve: 'ON',
}

/** Makes the folder `<name>` of an empty server in its home, with a root who needs no password. */
export async function initialize(home: Home, installer: string, name: string): Promise<void> {
  await home.run({
    name: `${name}-install`,
    file: installer,
    arguments: [
      '--no-defaults',
      `--datadir=${home.folder}/${name}`,
      '--auth-root-authentication-method=normal',
      '--skip-test-db',
      '--skip-name-resolve',
    ],
  })
}

/** The server of that folder. */
export function mariadbCommand(
  home: Home,
  file: string,
  name: string,
  settings: Readonly<Record<string, string>>,
): Command {
  const own = { datadir: `${home.folder}/${name}`, socket: `${home.folder}/${name}.sock`, pid_file: `${name}.pid` }
  return {
    name,
    file,
    arguments: [
      '--no-defaults',
      ...Object.entries({ ...own, ...defaults, ...settings }).map(([key, value]) => `--${key}=${value}`),
    ],
  }
}
