# SPDX-License-Identifier: MIT
# samples/slurm on a real slurmctld with two slurmd, all on this machine. One slice's process is killed,
# and then the whole machine (slurmd, job and all) on which another slice runs. The pack must have the
# same bytes as one made by one process.
. "$FLOW/lib.sh"
for command in slurmctld slurmd munged sbatch scontrol squeue; do
	have $command || skip "no $command (in Debian: slurm-wlm, munge)"
done
[ "$(id -u)" = 0 ] || skip "not root"

stop_cluster() {
	kill -9 $(cat "$scratch"/run/* 2>/dev/null) 2>/dev/null || : # some are dead
	cd /
	rm -rf "$scratch"
}
trap stop_cluster EXIT

# --- The cluster ---------------------------------------------------------------------------------

chmod 755 . # munged wants that
mkdir run state held
head -c 1024 /dev/urandom >munge.key
chmod 400 munge.key
host=$(hostname -s)
port=$((20000 + $$ % 4000 * 3))
cat >slurm.conf <<-END
	ClusterName=corebtf
	SlurmctldHost=$host(127.0.0.1)
	SlurmctldPort=$port
	AuthType=auth/munge
	AuthInfo=socket=$scratch/munge.socket,cred_expire=5
	CredType=cred/munge
	SlurmUser=root
	SlurmdUser=root
	StateSaveLocation=$scratch/state
	SlurmdSpoolDir=$scratch/spool-%n
	SlurmctldPidFile=$scratch/run/slurmctld
	SlurmdPidFile=$scratch/run/%n
	SlurmctldLogFile=$scratch/slurmctld.log
	SlurmdLogFile=$scratch/%n.log
	ProctrackType=proctrack/linuxproc
	TaskPlugin=task/none
	JobAcctGatherType=jobacct_gather/none
	SchedulerType=sched/builtin
	SelectType=select/cons_tres
	SelectTypeParameters=CR_CPU
	SlurmdParameters=config_overrides
	SlurmdTimeout=6
	MpiDefault=none
	SwitchType=switch/none
	NodeName=one NodeHostname=$host NodeAddr=127.0.0.1 Port=$((port + 1)) CPUs=1
	NodeName=two NodeHostname=$host NodeAddr=127.0.0.1 Port=$((port + 2)) CPUs=1
	PartitionName=all Nodes=one,two Default=YES State=UP
END
export SLURM_CONF="$scratch/slurm.conf"
munged --force --key-file="$scratch/munge.key" --socket="$scratch/munge.socket" \
	--pid-file="$scratch/run/munged" --log-file="$scratch/munged.log" \
	--seed-file="$scratch/munge.seed" 2>err || skip "munged does not start here: $(cat err)"
slurmctld 2>err || skip "slurmctld does not start here: $(cat err)"
slurmd -N one
slurmd -N two

# wait_until SECONDS COMMAND...
wait_until() {
	left=$(($1 * 10))
	shift
	until "$@"; do
		left=$((left - 1))
		[ $left -gt 0 ] || {
			squeue
			tail -n 20 slurmctld.log
			fail "in vain: $*"
		}
		sleep 0.1
	done
}
both_idle() {
	[ "$(sinfo -h -o '%D %t' 2>/dev/null)" = "2 idle" ]
}
wait_until 30 both_idle

# --- Slices, two of which are interrupted --------------------------------------------------------

# On the first attempt of slices 2 and 3 the command is stopped in the middle of its work.
cat >corebtf-held <<-END
	#!/bin/sh
	case \${SLURM_RESTART_COUNT:-0}:\${SLURM_ARRAY_TASK_ID:-merge} in
	0:[23])
		"$COREBTF" "\$@" &
		sleep 0.1
		kill -STOP \$!
		echo \$! \$\$ \$PPID \$SLURMD_NODENAME \$SLURM_JOB_ID >$scratch/held/part.\$!
		mv $scratch/held/part.\$! $scratch/held/\$SLURM_ARRAY_TASK_ID
		wait \$!
		exit \$?
		;;
	esac
	exec "$COREBTF" "\$@"
END
chmod +x corebtf-held

status 0 convert "$PACK" tree/ --select arch=arm64
echo "not a kernel" >tree/debian/12/arm64/6.1.0-99-arm64.btf
status 1 pack tree -o one.pack
COREBTF="$scratch/corebtf-held" sh "$SAMPLE/submit" 4 "$scratch/all.pack" "$scratch/tree" >out ||
	fail "not submitted"
array=$(sed -n 's/slices: job \([0-9]*\), merging: job [0-9]*,.*/\1/p' out)
merge=$(sed -n 's/slices: job [0-9]*, merging: job \([0-9]*\),.*/\1/p' out)

held() {
	[ -e held/2 ] && [ -e held/3 ]
}
wait_until 60 held
read -r process wrapper script node job <held/3
grep -q '^State:.T' /proc/$process/status || fail "slice 3 had ended"
kill -9 $process
# No process of the other machine lives on.
read -r process wrapper script node job <held/2
grep -q '^State:.T' /proc/$process/status || fail "slice 2 had ended"
kill -9 $(cat run/$node) $(pgrep -f "slurmstepd: \[$job") $script $wrapper $process

ended() {
	[ -z "$(squeue -h -j $merge 2>/dev/null)" ]
}
wait_until 120 ended
for slice in 2 3; do
	scontrol show job ${array}_$slice >job
	says job "Restarts=1"
	says job "JobState=COMPLETED"
done
same one.pack all.pack

# The file that is no kernel is named, and the job that merges has failed for it.
scontrol show job $merge >job
says job "ExitCode=1:0"
says all.pack.slices/merge.log "6.1.0-99-arm64.btf: neither raw BTF"

# --- No kernels there: said once, nothing is merged ------------------------------------------------

mkdir empty
COREBTF="$COREBTF" sh "$SAMPLE/submit" 2 "$scratch/none.pack" "$scratch/empty" >out
array=$(sed -n 's/slices: job \([0-9]*\),.*/\1/p' out)
merge=$(sed -n 's/.*merging: job \([0-9]*\),.*/\1/p' out)
wait_until 90 ended
[ ! -e none.pack ] || fail "none.pack was written"
scontrol show job $merge >job
says job "JobState=CANCELLED"
scontrol show job ${array}_1 >job
says job "Restarts=0"
says none.pack.slices/1.log "empty: "
