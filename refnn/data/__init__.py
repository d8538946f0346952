"""Digits to train on: 1797 that come with the package, readers for files of your own, and pictures for the terminal."""

from refnn.data.files import Dataset, read_dataset, read_digits, read_idx, read_zip_code
from refnn.data.optical import digits, double_size
from refnn.data.pictures import side_by_side, text_picture
from refnn.data.splits import stratified_folds, stratified_split

__all__ = [
    "Dataset",
    "digits",
    "double_size",
    "read_dataset",
    "read_digits",
    "read_idx",
    "read_zip_code",
    "side_by_side",
    "stratified_folds",
    "stratified_split",
    "text_picture",
]
