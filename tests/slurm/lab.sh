#!/usr/bin/env bash
# A cluster for tests on this machine: munge, a controller, and the nodes n1 and n2 with a core each, all of it in one
# folder, beside whatever else runs here. Needs root and Debian's slurm-wlm and munge.
#
#   lab.sh up FOLDER PORT [Option=Value …]   begins it on three ports from PORT; options are lines of slurm.conf
#   lab.sh kill FOLDER slurmctld|n1|n2       kill -9 of a daemon; jobs of a node go on
#   lab.sh again FOLDER slurmctld|n1|n2      begins such a daemon again
#   lab.sh down FOLDER                       ends daemons and jobs, and removes the folder
#
# SLURM_CONF=FOLDER/slurm.conf leads Slurm's programs there.
set -euo pipefail

deed=$1 home=$2
export SLURM_CONF=$home/slurm.conf

die() {
  echo "lab.sh: $1" >&2
  exit 1
}

# Every tenth of a second, up to 30 s, until a command succeeds.
patiently() {
  for _ in {1..300}; do
    "$@" && return
    sleep 0.1
  done
  die "still not so after 30 s: $*; the logs are in $home"
}

daemon() {
  case $1 in
    slurmctld) slurmctld ;;
    n1 | n2) slurmd -N "$1" ;;
    *) die "there is no daemon $1" ;;
  esac > "$home/$1.out" 2>&1 || die "$1 does not begin: $(tail -n 3 "$home/$1.out")"
}

answers() { scontrol ping 2> /dev/null | grep -q UP; }
all_idle() { [ "$(sinfo --noheader --format='%D %t' 2> /dev/null)" = '2 idle' ]; }

write_conf() {
  local host ports=("$@")
  host=$(hostname -s)
  cat << CONF
ClusterName=tests
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=${ports[0]}
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket=$home/munge.socket
StateSaveLocation=$home/state
SlurmdSpoolDir=$home/spool-%n
SlurmctldPidFile=$home/slurmctld.pid
SlurmdPidFile=$home/%n.pid
SlurmctldLogFile=$home/slurmctld.log
SlurmdLogFile=$home/%n.log
SlurmdParameters=config_overrides
ProctrackType=proctrack/pgid
TaskPlugin=task/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
ReturnToService=2
NodeName=n1 NodeHostname=$host NodeAddr=127.0.0.1 Port=${ports[1]} CPUs=1 RealMemory=2000
NodeName=n2 NodeHostname=$host NodeAddr=127.0.0.1 Port=${ports[2]} CPUs=1 RealMemory=2000
PartitionName=main Nodes=n1,n2 Default=YES MaxTime=INFINITE State=UP
CONF
}

up() {
  local port=$1
  shift
  for program in munged slurmctld slurmd sbatch; do
    command -v "$program" > /dev/null || die "$program is not installed"
  done
  [ -e "$home" ] && die "$home is there already"
  mkdir -p "$home/state" "$home/spool-n1" "$home/spool-n2"
  chmod 755 "$home"
  { write_conf "$port" "$((port + 1))" "$((port + 2))"; printf '%s\n' "$@"; } > "$SLURM_CONF"
  (umask 077 && head -c 512 /dev/urandom > "$home/munge.key")
  munged --force --key-file="$home/munge.key" --socket="$home/munge.socket" --pid-file="$home/munged.pid" \
    --log-file="$home/munged.log" --seed-file="$home/munge.seed" > "$home/munged.out" 2>&1 ||
    die "munged does not begin: $(tail -n 3 "$home/munged.out")"
  for one in slurmctld n1 n2; do
    daemon "$one"
    [ "$one" = slurmctld ] && patiently answers
  done
  patiently all_idle
}

# The process of a daemon, unless its number is another's by now.
pid_of() {
  local pid name
  pid=$(cat "$home/$1.pid" 2> /dev/null) || return 0
  name=$(cat "/proc/$pid/comm" 2> /dev/null) || return 0
  case $name in munged | slurmctld | slurmd) echo "$pid" ;; esac
}

# Whatever runs in a job of this cluster, and what holds it.
of_jobs() {
  local environ pid
  for environ in /proc/[0-9]*/environ; do
    pid=${environ//[!0-9]/}
    [ "$pid" = $$ ] && continue
    grep -zsqx "SLURM_CONF=$SLURM_CONF" "$environ" || continue
    if grep -zsq '^SLURM_JOB_ID=' "$environ" || [ "$(cat "/proc/$pid/comm" 2> /dev/null)" = slurmstepd ]; then
      echo "$pid"
    fi
  done
}

end_all() { # of processes by number; those that are gone by now are no matter
  [ $# -eq 0 ] || kill -9 "$@" 2> /dev/null || true
}

down() {
  [ -e "$SLURM_CONF" ] || return 0
  for one in slurmctld n1 n2 munged; do end_all $(pid_of "$one"); done
  for _ in 1 2; do
    end_all $(of_jobs)
    sleep 0.1
  done
  rm -rf "$home"
}

case $deed in
  up) up "${@:3}" ;;
  kill) end_all $(pid_of "$3") ;;
  again) daemon "$3" ;;
  down) down ;;
  *) die "there is no deed $deed" ;;
esac
