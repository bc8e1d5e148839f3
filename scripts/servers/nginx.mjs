// A real NGINX, as one process: in front of gateways, where what is said to it goes to that one which has the fewest connections, or of the files of a folder.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDockerPreferred, launchWith, programOfImage } from './containers.mjs';
import { findProgram, installPackages, mayInstall } from './programs.mjs';
import { freePort, startNode } from './server.mjs';

/** Makes sure there is an NGINX and resolves with its path, or with that of an image. Rejects with the command to run where it may not install one. */
export async function provision() {
  const found = isDockerPreferred() ? undefined : findProgram(['nginx']);
  const program = found ?? (await programOfImage('nginx:1.28-alpine', 'nginx'));
  if (program) return program;
  if (!mayInstall()) {
    throw new Error(
      'No nginx found. On Debian or Ubuntu run: sudo npm run provision (or: sudo apt-get install -y nginx-light). On macOS: brew install nginx. Anywhere: have Docker running.',
    );
  }
  await installPackages(['nginx-light']);
  const installed = findProgram(['nginx']);
  if (!installed) throw new Error('apt-get installed nginx-light, but no nginx is on the PATH.');
  return installed;
}

/**
 * One process, so that a crash and a pause mean all of it. Nothing is buffered: a stream of events has to flow.
 * `max_fails=0`: NGINX takes a server that failed once for whole again only when a request to it has ended. A WebSocket doesn't end, so that after a restart it
 * would let one person a `fail_timeout` in. What is refused goes to another gateway anyway.
 */
function configuration({ folder, host, port, gateways, root }) {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `  ${kind}_temp_path ${join(folder, `tmp-${kind}`)};`);
  return `daemon off;
master_process off;
pid ${join(folder, 'nginx.pid')};
# Its errors quote whole addresses: an event stream's ticket would be among them.
error_log stderr crit;
worker_rlimit_nofile 65536;
events { worker_connections 20000; }
http {
${temporary.join('\n')}
  access_log off;
  server_tokens off;
${root === undefined ? doorOf({ host, port, gateways }) : filesOf({ host, port, root })}}
`;
}

/** As files are served best: the kernel copies them to the socket, and they stay open. Without `tcp_nopush`: the ends of small answers would wait for what came before to be confirmed. */
function filesOf({ host, port, root }) {
  return `  server {
    listen ${host}:${port} backlog=4096;
    root ${root};
    sendfile on;
    open_file_cache max=100;
    keepalive_requests 1000000;
  }
`;
}

function doorOf({ host, port, gateways }) {
  return `  upstream gateways {
    least_conn;
${gateways.map((to) => `    server 127.0.0.1:${to} max_fails=0;`).join('\n')}
    keepalive 64;
  }
  map $http_upgrade $connection_header { default upgrade; '' ''; }
  server {
    listen ${host}:${port} backlog=4096;
    client_max_body_size 0;
    proxy_http_version 1.1;
    proxy_set_header Host $http_host;
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header Connection $connection_header;
    proxy_set_header X-Forwarded-For $remote_addr;
    proxy_set_header X-Forwarded-Proto $scheme;
    proxy_set_header X-Forwarded-Host $http_host;
    proxy_connect_timeout 1s;
    proxy_send_timeout 1h;
    proxy_request_buffering off;
    proxy_buffering off;
    location ~* ^/api/metrics/?$ {
      return 404;
    }
    # Sockets and event streams stay open.
    location ~ ^/(socket\\.io/|api/v1/events$) {
      proxy_pass http://gateways;
      proxy_read_timeout 1h;
    }
    # A gateway that says nothing for longer than any answer takes hangs: what only reads is asked of another one.
    location / {
      proxy_pass http://gateways;
      proxy_read_timeout 20s;
    }
  }
`;
}

/** Starts it in front of the gateways on these ports of this machine, or of the files in `root`. */
export async function start({ folder, port, host = '127.0.0.1', gateways, root, name = 'nginx' }) {
  const program = await provision();
  const home = join(folder, name);
  mkdirSync(home, { recursive: true });
  const at = port ?? (await freePort());
  const file = join(home, 'nginx.conf');
  writeFileSync(file, configuration({ folder: home, host, port: at, gateways, root }));
  const launch = { name, args: ['-p', home, '-e', 'stderr', '-c', file], folder: home, port: at, stopSignal: 'SIGQUIT' };
  const node = await startNode(launchWith(program, launch));
  const settings = { ENTRY: `http://127.0.0.1:${at}` };
  return Object.assign(node, { settings });
}
