#!/usr/bin/env bash
# up: brings it up
