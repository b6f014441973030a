#!/usr/bin/env bash
# smoke: brings it up
