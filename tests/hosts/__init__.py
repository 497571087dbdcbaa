"""Whole Debian hosts, booted with systemd, that our playbooks deploy wslb on: `./dev hosts`."""
