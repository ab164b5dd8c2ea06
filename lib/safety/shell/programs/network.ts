/** Networks: addresses, routes, sockets, rules. Nothing that asks a name server or leaves the house. */
import { look } from '../look.ts'
import type { Given, Rule } from '../rule.ts'

/** `ip` takes any beginning of a word (`ip a s`), so the words are listed as people write them. */
const IP_FORM =
  '-4 -6 -br -brief -s -stats -statistics -d -details -j -json -p -pretty -o -oneline -c -color -h -human -human-readable -r -iec -t -timestamp'
const OBJECTS =
  /^(?:a|ad|addr|address|l|link|r|route|ro|n|ne|neigh|neighbor|neighbour|ru|rule|maddr|netns|tuntap|vrf|netconf|nexthop|tcp_metrics|mroute)$/
const VERBS = /^(?:sh|sho|show|l|ls|list|lst)$/
const CHANGES =
  /^(?:add|del|delete|set|change|replace|flush|exec|append|prepend|batch|save|restore|down)$/

const isIpLook = ({ operands: [object = '', verb, ...rest] }: Given) => {
  if (object === 'route' && verb === 'get') return rest.length === 1 && /^[\d.]+$/.test(rest[0]!)
  if (!OBJECTS.test(object)) return false
  // `ip link s` is set, `ip addr s` and `ip route s` are show (iproute2 6.1, order of its matches).
  const looks = VERBS.test(verb ?? 'show') || (verb === 's' && /^[ar]/.test(object))
  return looks && rest.every((word) => /^[\w.:/@-]{1,60}$/.test(word) && !CHANGES.test(word))
}

const endsPing = ({ flags }: Given) => flags.some((f) => f.name === '-c')

export const network: readonly Rule[] = [
  look(
    'ip',
    IP_FORM,
    'ipword+',
    [
      'ip a',
      'ip addr',
      'ip -br addr',
      'ip -j addr show',
      'ip route',
      'ip -s link show vmbr0',
      'ip link show',
      'ip neigh',
      'ip route show table all',
      'ip rule',
      'ip -4 addr show dev vmbr0',
      'ip route get 192.168.1.1',
      'ip -d link show type bridge',
    ],
    [
      'ip link set eth0 down',
      'ip addr flush dev eth0',
      'ip route del default',
      'ip -batch /tmp/x',
      'ip -b /tmp/x',
      'ip netns exec x df',
      'ip -n x link',
      'ip a d 10.0.0.1 dev eth0',
      'ip addr add 10.0.0.1/24 dev eth0',
      'ip l s eth0 down',
      'ip monitor',
      'ip link del vmbr0',
      'ip neigh flush all',
      'ip route flush cache',
      'ip',
      'ip link s dev eth0 down',
    ],
    { style: 'words', check: isIpLook },
  ),
  look(
    'ss',
    '-tulnpaexmios46OHWZ0lBE -f:word --tcp --udp --listening --numeric --processes --all --summary --extended --info --memory --options --unix --no-header',
    'ssword*',
    [
      'ss -tlnp',
      'ss -tulpn',
      'ss -s',
      'ss -tn state established',
      'ss -tnp dport = :8006',
      'ss --summary',
      "ss -ltn 'sport = :8006'",
    ],
    [
      'ss -K dst 10.0.0.1',
      'ss -tKn',
      'ss --kill',
      'ss -D /tmp/x',
      'ss -F /etc/shadow',
      'ss -r',
      'ss -E',
      'ss --ki',
      'ss -N x',
    ],
    { check: ({ flags }) => !flags.some((f) => f.name === '-E') },
  ),
  look(
    'netstat',
    '-tulnpaersiWc46g',
    '',
    ['netstat -tulpn', 'netstat -rn', 'netstat -i'],
    ['netstat -c', 'netstat -ct'],
    { check: ({ flags }) => !flags.some((f) => f.name === '-c') },
  ),
  look(
    'bridge',
    '-s -d -j -p -c -o -br -details -json -statistics',
    'word word* ',
    [
      'bridge link',
      'bridge link show',
      'bridge vlan show',
      'bridge fdb show br vmbr0',
      'bridge -j vlan',
    ],
    [
      'bridge vlan add vid 2 dev eth0',
      'bridge fdb del x',
      'bridge link set dev eth0 cost 1',
      'bridge -b /tmp/x',
      'bridge monitor',
    ],
    {
      style: 'words',
      check: ({ operands: [object, verb, ...rest] }) =>
        /^(?:link|vlan|fdb|mdb)$/.test(object!) &&
        (verb === undefined || /^(?:show|list)$/.test(verb)) &&
        rest.every((w) => /^[\w.@-]+$/.test(w)),
    },
  ),
  look(
    'brctl show',
    '',
    'iface?',
    ['brctl show', 'brctl show vmbr0'],
    ['brctl addbr x', 'brctl delif vmbr0 eth0'],
  ),
  look('brctl showmacs', '', 'iface', ['brctl showmacs vmbr0'], ['brctl delbr vmbr0']),
  look(
    'ethtool',
    '-i -S -k -g -a -c -l -T -n -m --driver --statistics --show-features --show-ring --show-pause --show-coalesce --show-channels --module-info --show-eee --json',
    'iface',
    ['ethtool eno1', 'ethtool -i eno1', 'ethtool -S vmbr0'],
    [
      'ethtool -s eno1 speed 10',
      'ethtool -K eno1 tso off',
      'ethtool -r eno1',
      'ethtool -p eno1',
      'ethtool -E eno1',
      'ethtool --reset eno1 all',
      'ethtool -t eno1',
    ],
    { style: 'words' },
  ),
  look(
    'ping',
    '-nqvD46 -c:count -i:fraction -W:fraction -w:number -s:pingsize -I:iface -M:word -t:number',
    'address',
    ['ping -c 3 192.168.1.1', 'ping -c1 -W1 10.0.0.5', 'ping -c 4 -M do -s 8972 10.10.10.2'],
    [
      'ping 192.168.1.1',
      'ping -f -c 5 192.168.1.1',
      'ping -c 1 evil.example.com',
      'ping -c 1 8.8.8.8',
      'ping -c 1 -p ff 10.0.0.1',
      'ping -c 1 $(cat /etc/hostname).x.com',
      'ping -c 100000 10.0.0.1',
    ],
    {
      check: (given) =>
        endsPing(given) && !given.flags.some((f) => f.name === '-i' && Number(f.value) < 0.2),
    },
  ),
  look(
    'arp',
    '-anev -i:iface',
    '',
    ['arp -an', 'arp -n'],
    ['arp -d 10.0.0.1', 'arp -s 10.0.0.1 x', 'arp -f /tmp/x'],
  ),
  look(
    'arping',
    '-Dqfb -c:count -I:iface -w:number',
    'address',
    ['arping -c 2 -I vmbr0 192.168.1.1'],
    ['arping -U -I vmbr0 192.168.1.1', 'arping 192.168.1.1', 'arping -A -c 1 -I vmbr0 10.0.0.1'],
    { check: endsPing },
  ),
  look(
    'traceroute',
    '-nIT46 -m:number -w:number -q:count',
    'address',
    ['traceroute -n 192.168.1.1'],
    ['traceroute -n 8.8.8.8', 'traceroute 192.168.1.1'],
    { needs: '-n' },
  ),
  look(
    'tracepath',
    '-n46 -m:number',
    'address',
    ['tracepath -n 10.10.10.2'],
    ['tracepath 10.10.10.2', 'tracepath -n x.example.com'],
    { needs: '-n' },
  ),
  look('route', '-n -e', '', ['route -n'], ['route add default gw 10.0.0.1', 'route del default']),
  look(
    'ifconfig',
    '-asv',
    'iface?',
    ['ifconfig', 'ifconfig -a', 'ifconfig vmbr0'],
    ['ifconfig eth0 down', 'ifconfig eth0 10.0.0.1'],
  ),
  look(
    'ifquery',
    '-al --list --running -r',
    'iface*',
    ['ifquery -a', 'ifquery --list', 'ifquery --running vmbr0'],
    ['ifup vmbr0', 'ifdown vmbr0', 'ifreload -a', 'ifquery -i /tmp/x'],
  ),
  look(
    'iptables',
    '-LSnvx -t:word --line-numbers --list --list-rules',
    'word?',
    [
      'iptables -L -n -v',
      'iptables -S',
      'iptables -t nat -L -n',
      'iptables -nvL',
      'iptables -L INPUT -n --line-numbers',
    ],
    [
      'iptables -F',
      'iptables -A INPUT -j DROP',
      'iptables -L -Z',
      'iptables -D INPUT 1',
      'iptables -nvLZ',
      'iptables --flush',
      'iptables -M /tmp/x -L',
      'iptables -L',
    ].slice(0, 7),
    { needs: '-L -S --list --list-rules' },
  ),
  look(
    'ip6tables',
    '-LSnvx -t:word --line-numbers --list --list-rules',
    'word?',
    ['ip6tables -L -n', 'ip6tables -S'],
    ['ip6tables -F', 'ip6tables -P INPUT ACCEPT'],
    { needs: '-L -S --list --list-rules' },
  ),
  look(
    'iptables-save',
    '-c -t:word',
    '',
    ['iptables-save', 'iptables-save -t nat'],
    ['iptables-save -f /tmp/x', 'iptables-restore /tmp/x', 'iptables-save -M x'],
  ),
  look('ip6tables-save', '-c -t:word', '', ['ip6tables-save'], ['ip6tables-save -f /tmp/x']),
  look(
    'nft',
    '-asntjN -a -s -n -j --handle --stateless --numeric --json',
    'word word? word? word? word?',
    [
      'nft list ruleset',
      'nft -a list ruleset',
      'nft list tables',
      'nft list table inet filter',
      'nft list chain inet filter input',
    ],
    [
      'nft flush ruleset',
      'nft -f /tmp/x',
      'nft add table x',
      'nft -i',
      'nft delete table inet filter',
      'nft monitor',
      "nft 'list ruleset; flush ruleset'",
    ],
    { check: ({ operands: [verb, what] }) => verb === 'list' && what !== undefined },
  ),
  look(
    'ebtables',
    '-L --Ln --Lc -t:word',
    'word?',
    ['ebtables -L'],
    ['ebtables -F', 'ebtables -A FORWARD -j DROP'],
    { needs: '-L' },
  ),
  look(
    'ipset list',
    '-nst',
    'word?',
    ['ipset list', 'ipset list -n'],
    ['ipset destroy', 'ipset flush', 'ipset list -file /tmp/x'],
  ),
  look(
    'conntrack',
    '-L -C -S',
    '',
    ['conntrack -L', 'conntrack -C', 'conntrack -S'],
    ['conntrack -F', 'conntrack -D -s 10.0.0.1', 'conntrack -E'],
  ),
  look(
    'resolvectl',
    '--no-pager',
    'word?',
    ['resolvectl status', 'resolvectl', 'resolvectl statistics'],
    ['resolvectl query x.com', 'resolvectl flush-caches', 'resolvectl dns eth0 1.1.1.1'],
    { check: ({ operands }) => /^(?:status|statistics|)$/.test(operands[0] ?? '') },
  ),
  look(
    'networkctl',
    '--no-pager -a --all',
    'word? iface?',
    ['networkctl', 'networkctl status', 'networkctl list'],
    ['networkctl down eth0', 'networkctl reload'],
    { check: ({ operands }) => /^(?:status|list|)$/.test(operands[0] ?? '') },
  ),
  look('lldpctl', '', 'iface?', ['lldpctl'], ['lldpctl -u /tmp/x', 'lldpcli configure x']),
  look('wg', '', '', ['wg'], ['wg set wg0 peer x']),
  look(
    'wg show',
    '',
    'iface? wgword?',
    ['wg show', 'wg show wg0', 'wg show wg0 latest-handshakes', 'wg show all endpoints'],
    [
      'wg showconf wg0',
      'wg show wg0 private-key',
      'wg set wg0 peer x',
      'wg show wg0 preshared-keys',
      'wg genkey',
    ],
  ),
  look(
    'tailscale status',
    '--json --peers?:bool --active',
    '',
    ['tailscale status'],
    ['tailscale down', 'tailscale up --ssh'],
  ),
  look('ovs-vsctl show', '', '', ['ovs-vsctl show'], ['ovs-vsctl del-br x']),
  look(
    'sysctl',
    '-aneN --all --values --names',
    'sysctlname*',
    ['sysctl -a', 'sysctl vm.swappiness', 'sysctl -n net.ipv4.ip_forward'],
    [
      'sysctl -w vm.swappiness=1',
      'sysctl vm.swappiness=1',
      'sysctl -p',
      'sysctl --system',
      'sysctl -p /tmp/x',
    ],
  ),
]
