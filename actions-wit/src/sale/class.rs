//! The class a sale is booked under. A company has one for the whole document, or one for each
//! line, or none at all, and QuickBooks takes a class only where the company has it.

use super::company::Books;
use super::listed;
use crate::quickbooks::{Class, Reference};
use crate::{Company, Enrollment, Problem, Problems, codes};

/// Where the chosen class goes.
pub(super) enum ClassUse {
    Nowhere,
    Document(Reference),
    Lines(Reference),
}

impl ClassUse {
    pub(super) fn read(enrollment: &Enrollment, company: &Company<'_>, books: &Books, problems: &mut Problems) -> Self {
        const INPUT: &str = "class";
        if enrollment.chosen(INPUT).is_none() {
            return Self::Nowhere;
        }
        if !books.class_on_document && !books.class_on_lines {
            problems.add(
                Problem::new(codes::CLASS_TRACKING_OFF, "A class is chosen, but the company does not track classes.")
                    .about(INPUT)
                    .remedy("Turn on class tracking in QuickBooks, or choose no class."),
            );
            return Self::Nowhere;
        }
        let class: Option<Class> = listed::picked(enrollment, company, INPUT, problems);
        match class.and_then(|class| class.id) {
            None => Self::Nowhere,
            Some(id) if books.class_on_lines => Self::Lines(Reference::to(id)),
            Some(id) => Self::Document(Reference::to(id)),
        }
    }

    pub(super) fn of_document(&self) -> Option<Reference> {
        match self {
            Self::Document(class) => Some(class.clone()),
            Self::Lines(_) | Self::Nowhere => None,
        }
    }

    pub(super) fn of_lines(&self) -> Option<&Reference> {
        match self {
            Self::Lines(class) => Some(class),
            Self::Document(_) | Self::Nowhere => None,
        }
    }
}
