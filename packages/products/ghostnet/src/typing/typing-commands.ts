import assert from "node:assert/strict";
import { randomInt } from "node:crypto";

/** What players are given to type: long enough to tell a person from a program, in plain ASCII. */
export const TYPING_COMMANDS: readonly string[] = [
  "ssh -L 8080:localhost:80 ghost@darknet.relay -N",
  "nmap -sS -p 1-65535 --open 10.13.37.0/24",
  "tar -czf loot.tar.gz --exclude=*.log /var/vault",
  "curl -s https://node.ghost/api/levels | jq .levels",
  "openssl enc -aes-256-cbc -salt -in plan.txt -out plan.enc",
  "find / -perm -4000 -type f 2>/dev/null",
  "iptables -A INPUT -s 192.168.7.13 -j DROP",
  "rsync -avz --delete ./cache/ ghost@relay:/srv/cache/",
  "docker run --rm -it --network=none alpine:3.20 sh",
  "git log --oneline --graph --all | head -n 40",
  "ps aux | grep tracer | awk '{print $2}' | xargs kill -9",
  "tcpdump -i eth0 -nn 'tcp port 443' -w trace.pcap",
  "gpg --symmetric --cipher-algo AES256 keys.json",
  "socat TCP-LISTEN:4444,fork,reuseaddr TCP:10.0.0.5:22",
  "dd if=/dev/urandom of=/dev/sdb bs=4M status=progress",
  "systemctl restart tor && journalctl -u tor -f",
  "python3 -m http.server 9000 --bind 127.0.0.1",
  "grep -rn 'private_key' --include=*.env ./services",
  "chmod 600 ~/.ssh/id_ed25519 && ssh-add ~/.ssh/id_ed25519",
  "kubectl get pods -n darknet -o wide --watch",
  "sed -i 's/VAULT/BLACK_ICE/g' config/levels.yaml",
  "mount -o remount,ro /dev/mapper/cryptroot /",
  "wget -qO- http://169.254.169.254/latest/meta-data/",
  "crontab -l | grep -v scan | crontab -",
  "ssh-keygen -t ed25519 -a 100 -f ~/.ssh/ghost",
  "netstat -tulpn | grep LISTEN | sort -k4",
  "journalctl --vacuum-time=1s && history -c",
  "hashcat -m 1800 -a 0 shadow.txt rockyou.txt",
  "ip link set wlan0 down && macchanger -r wlan0",
  "cast call $CORE 'boostSigner()(address)' --rpc-url $RPC",
  "psql -h 127.0.0.1 -U ghost -c 'SELECT count(*) FROM positions'",
  "redis-cli --scan --pattern 'session:*' | wc -l",
  "base64 -d payload.b64 | gunzip > stage2.bin",
  "strace -f -e trace=network -p 1337",
  "lsof -i :8545 -sTCP:LISTEN -t | xargs kill",
  "awk -F: '$3 == 0 {print $1}' /etc/passwd",
  "cat /proc/1/environ | tr '\\0' '\\n'",
  "ffmpeg -i cam3.mp4 -ss 00:13:37 -t 60 clip.mp4",
  "dig +short TXT relay.ghost @9.9.9.9",
  "cryptsetup luksOpen /dev/nvme0n1p3 vault",
  "watch -n 1 'cat /sys/class/net/eth0/statistics/rx_bytes'",
  "scp -P 2222 -i key.pem core.dump ghost@10.8.0.1:/tmp",
  "terraform destroy -target=module.tracer -auto-approve",
  "echo 1 > /proc/sys/net/ipv4/icmp_echo_ignore_all",
  "xxd -l 256 firmware.bin | less",
  "wg-quick up wg0 && ping -c 4 10.66.66.1",
  "nohup ./ghostd --level 5 --silent > /dev/null 2>&1 &",
  "du -sh /var/lib/* | sort -rh | head -n 10",
];

export function chooseCommand(): string {
  const command = TYPING_COMMANDS[randomInt(TYPING_COMMANDS.length)];
  assert(command !== undefined, "the index is below the length");
  return command;
}
