"""Importing: files of many formats into the working set of a dataset.

routes      HTTP: asking for an import, following it, reading its report
service     checks of a request, the rows that tell an import's history
schemas     bodies
reading     what a reader is, and which one a request asks for
catalogue   a folder's keys on disk, to find pairs of files and files by name
manifests   the manifest
folders     directories by the guide's rules
documents   COCO, Label Studio, CSV, JSON lines, YOLO
intake      one batch of samples into the working set
reports     what could not be read, as a file
background  the task
"""
