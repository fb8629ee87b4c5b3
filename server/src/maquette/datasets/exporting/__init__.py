"""Exporting: samples of a dataset into a folder, in one of many formats, or into a new dataset.

routes       HTTP: asking for an export, following it, reading its report
service      checks of a request, the rows that tell an export's history
schemas      bodies
errors       what may be wrong with a request
selection    which samples, out of one state of the working set or of a version
naming       where each sample's file goes
targets      the annotation formats, and what each writes beside a file
documents    formats that are one file for all samples
tables       tables in other formats
spool        what is to be written, and what became of it, as files on disk
snapshots    the first step: one state of the samples into the spool
copying      the second: files into the bucket, many at once
new_dataset  the last one, when the samples become a dataset
background   the task
"""
