import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { UnpackedProgram } from '../machine/unpack.ts'
import type { Home } from '../process/home.ts'
import type { Command } from '../process/messages.ts'

/** Settings under which a SIGKILL loses nothing that was committed: the operating system does not crash in tests. */
const defaults = {
  bind_address: '127.0.0.1',
  disable_log_bin: 'ON',
  innodb_buffer_pool_size: '64M',
  innodb_flush_log_at_trx_commit: '2',
  max_allowed_packet: '256M',
  max_connections: '200',
  mysqlx: 'OFF',
  secure_file_priv: 'NULL',
  skip_name_resolve: 'ON',
}

/** Makes the folder `mysql` of an empty server in its home, with a root who needs no password. */
export async function initialize(home: Home, program: UnpackedProgram): Promise<void> {
  const file = join(home.folder, 'mysql-install.sql')
  // Else root may come by the socket only, as no names are looked up.
  await writeFile(file, "RENAME USER root@localhost TO root@'%';\n")
  const command = mysqlCommand(home, program, { initialize_insecure: 'ON', init_file: file })
  await home.run({ ...command, name: 'mysql-install' })
}

/** The server of that folder. */
export function mysqlCommand(
  home: Home,
  { folder, command: [file, ...first] }: UnpackedProgram,
  settings: Readonly<Record<string, string>>,
): Command {
  const own = {
    basedir: join(folder, 'usr'),
    character_sets_dir: join(folder, 'usr/share/mysql/charsets'),
    lc_messages_dir: join(folder, 'usr/share/mysql'),
    plugin_dir: join(folder, 'usr/lib/mysql/plugin'),
    datadir: join(home.folder, 'mysql'),
    socket: join(home.folder, 'mysql.sock'),
    pid_file: 'mysql.pid',
  }
  const all = Object.entries({ ...own, ...defaults, ...settings }).map(([key, value]) => `--${key}=${value}`)
  return { name: 'mysql', file, arguments: [...first, '--no-defaults', ...all] }
}
